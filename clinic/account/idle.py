"""Sign users out after a time without activity. Each clinic sets that time."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from clinic.middleware import SESSION_KEY as CHOSEN_KEY
from clinic.middleware import chosen_membership

SESSION_KEY = "seen_at"
# The time of the last activity is stored at most this often, because the session is a database row.
SECONDS_BETWEEN_NOTES = 30
USUAL_MINUTES = 30


class IdleMiddleware:
    """End an idle session. The request continues as anonymous: to sign-in, then back to the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "_auth_user_id" in request.session:
            _judge(request, now=time.time())
        return self.get_response(request)


def _judge(request: HttpRequest, *, now: float) -> None:
    seen_at = request.session.get(SESSION_KEY)
    if seen_at is None or now - seen_at < SECONDS_BETWEEN_NOTES:
        if seen_at is None:
            request.session[SESSION_KEY] = now
        return
    membership = chosen_membership(request.user, request.session.get(CHOSEN_KEY))
    minutes = membership.clinic.idle_minutes if membership else USUAL_MINUTES
    if now - seen_at < minutes * 60:
        request.session[SESSION_KEY] = now
        return
    logout(request)
    messages.info(
        request,
        ngettext(
            "You were signed out after %(n)s minute without activity. Sign in to return to this page.",
            "You were signed out after %(n)s minutes without activity. Sign in to return to this page.",
            minutes,
        )
        % {"n": minutes},
    )
