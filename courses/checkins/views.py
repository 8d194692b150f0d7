"""The page behind the link of a check-in mail."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from courses.checkins.forms import CheckInForm
from courses.checkins.page import emergency_of, is_strong, may_reassure, pain_chart
from courses.models import CheckIn, RedFlag
from courses.reminders.links import BadLink, read_check_in
from courses.sessions.log import log_check_in

log = structlog.stdlib.get_logger(__name__)


@never_cache
@csrf_exempt  # a mail program's browser may keep no cookie; the token is the right to answer
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST records; an emergency answer is told at once, even if saving fails."""
    try:
        found = read_check_in(token)
    except BadLink:
        return render(request, "courses/checkins/closed.html", {"is_unknown": True}, status=404)
    with translation.override(found.session.course.patient.language):
        return _respond(request, found)


def _respond(request: HttpRequest, found: CheckIn) -> HttpResponse:
    at = timezone.now()
    context: dict[str, Any] = {"clinic": found.clinic, "check_in": found}
    if found.answered_at or found.revoked_at or found.expires_at <= at:
        return render(request, "courses/checkins/closed.html", context, status=410)
    flags = list(RedFlag.objects.for_clinic(found.clinic).current().filter(asked=RedFlag.Asked.ALWAYS))
    form = CheckInForm(request.POST if request.method == "POST" else None, flags=flags)
    context |= {"form": form, "is_first": request.method != "POST"}
    if request.method != "POST":
        return render(request, "courses/checkins/check_in.html", context)
    form.is_valid()
    entry = form.entry()
    if entry.score is None and not entry.flags:
        return render(request, "courses/checkins/check_in.html", context, status=422)
    context |= {"is_emergency": emergency_of(entry), "is_strong": is_strong(entry), "entry": entry}
    try:
        verdicts = log_check_in(found, entry=entry, at=at)
    except Exception as error:  # noqa: BLE001 - whatever fails, the patient must see what to do now
        log.error("check-in not saved", check_in=found.pk, error=type(error).__name__)
        return render(request, "courses/checkins/not_saved.html", context, status=503)
    context |= {
        "may_reassure": may_reassure(found, entry, verdicts, at=at),
        "chart": pain_chart(found.session.course, at=at),
    }
    return render(request, "courses/checkins/thanks.html", context)
