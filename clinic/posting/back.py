"""Where a form leads after it was saved: to the page it was opened from, if that page asked for it.

A link says `?back=setup`; the form posts to its own address, which still says so.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

BACK = "back"
# What a link may say, and the page it means.
PLACES = {"setup": "admin:setup_steps"}
# The buttons that lead on from a stock form.
LEADS_ON = {"_continue", "_addanother"}


class BackMiddleware:
    """Sends whoever saved a form back to the page that led there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if _was_saved(request, response) and request.GET.get(BACK) in PLACES:
            response.headers["Location"] = reverse(PLACES[request.GET[BACK]])
        return response


def _was_saved(request: HttpRequest, response: HttpResponseBase) -> bool:
    """A saved form leads elsewhere inside the admin; a refused one shows itself, an expired session signs in."""
    if request.method != "POST" or response.status_code != HTTPStatus.FOUND:
        return False
    return response.headers["Location"].startswith(reverse("admin:index")) and not LEADS_ON & request.POST.keys()
