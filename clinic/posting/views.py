"""Answers to a form without a session or with an old CSRF token. Neither is saved."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _

from clinic.posting.again import form_again
from clinic.posting.owner import DRAFT, OWNER, TOKEN, is_by_somebody_else
from clinic.posting.refill import is_secret

DRAFT_KEY = re.compile(r"[0-9a-f]{32}:[0-9a-f]{6,32}")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Instead of Django's plain error page: the form again, filled in, with a valid token, to send once more."""
    if not _is_from_our_own_page(request):
        return render(request, "clinic/not_sent.html", {"headline": _refused()}, status=403)
    if getattr(request.user, "active_membership", None) is None:
        return signed_out(request) if request.POST.get(OWNER) else _expired_page(request)
    if is_by_somebody_else(request):
        sentence = _("Somebody else filled in this form before you signed in. Nothing was sent or saved.")
        return render(
            request, "clinic/not_sent.html", {"headline": _("Not sent"), "sentences": [sentence]}, status=403
        )
    return form_again(request, not_sent_yet(), _("Somebody signed in on this device after the form was opened."))


def signed_out(request: HttpRequest) -> HttpResponse:
    """The session of a form had ended: nothing was saved; what was typed is kept until sign-in."""
    query = QueryDict(mutable=True)
    query["next"] = request.get_full_path()
    context = {
        "sign_in": f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}",
        "draft": draft_of(request),
        # Sent without a token: the result is the filled-in form, never a row.
        "carried": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in {TOKEN, DRAFT} and not is_secret(name)
        ],
        "has_files": bool(request.FILES),
    }
    return render(request, "clinic/signed_out.html", context, status=401)


def draft_of(request: HttpRequest) -> str:
    """The key under which the device says it stores the draft."""
    key = request.POST.get(DRAFT, "")
    return key if DRAFT_KEY.fullmatch(key) else ""


def not_sent_yet() -> str:
    """The notice above a form that is returned as it was typed."""
    return _("Not sent yet. Check and send again.")


def _expired_page(request: HttpRequest) -> HttpResponse:
    sentence = _("This page was open for too long. Nothing was sent. Go back, load the page again and repeat it.")
    context = {"headline": _("Not sent yet"), "sentences": [sentence], "again": request.get_full_path()}
    return render(request, "clinic/not_sent.html", context, status=403)


def _refused() -> str:
    return _("Not sent. This form did not come from our own page.")


def _is_from_our_own_page(request: HttpRequest) -> bool:
    """Whether the browser says that one of our pages sent this: what another site sent is never shown as typed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"
