"""The page behind the link in a check-in mail."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic.country.conventions import at_clinic
from clinic.database import within
from courses.checkins.forms import CheckInForm
from courses.checkins.page import Kept
from courses.checkins.storing import Loaded, Page, keep, last_answer, load
from courses.reminders.links import BadLink, open_check_in
from courses.sessions.check_in_answers import is_open, may_answer_again
from patients.identity.words import no_mail_words

log = structlog.stdlib.get_logger(__name__)

# Time limit for all queries of a page: the patient sees what to do within ten seconds in any case.
DATABASE_SECONDS = 4.0
STATUS = {
    Kept.SAVED: HTTPStatus.OK,
    Kept.SPOOLED: HTTPStatus.ACCEPTED,
    Kept.NOWHERE: HTTPStatus.SERVICE_UNAVAILABLE,
}


@never_cache
@csrf_exempt  # a mail program's browser may store no cookie; the token is the right to answer
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stores what it can; an emergency instruction is shown at once, even if saving fails."""
    try:
        link = open_check_in(token)
        with translation.override(link.language), within(DATABASE_SECONDS):
            loaded = load(link)
            language = loaded.row.session.course.patient.language if loaded.row else link.language
            with at_clinic(loaded.shown.clinic, language=language):
                return (
                    _answer(request, loaded) if request.method == "POST" else _ask_whatever_fails(request, loaded)
                )
    except BadLink:
        return _page("closed", {"is_unknown": True, "is_reporting": request.method == "POST"}, status=404)


def _ask_whatever_fails(request: HttpRequest, loaded: Loaded) -> HttpResponse:
    """If the database goes down meanwhile, show the form instead of the page of an earlier answer."""
    try:
        return _ask(request, loaded)
    except Exception as error:  # noqa: BLE001 - whatever fails, the patient must see what to do now
        log.error("check-in page without the database", error=type(error).__name__)
        return _ask(request, Loaded(loaded.link, loaded.shown, None))


def _ask(request: HttpRequest, loaded: Loaded) -> HttpResponse:
    """The form, the page of the earlier answer, or a notice that the link is closed."""
    at, row = timezone.now(), loaded.row
    context: dict[str, Any] = {**_common(loaded), "check_in": row, "is_away": row is None}
    if row is not None and not is_open(row, at=at):
        return _page("closed", context, status=410)
    if (
        row is not None
        and row.answered_at is not None
        and not ("again" in request.GET and may_answer_again(row, at=at))
    ):
        page = last_answer(loaded, at=at)
        return _after(loaded, page) if page else _page("closed", context, status=410)
    return _page("check_in", {**context, "form": CheckInForm(flags=loaded.shown.flags)})


def _answer(request: HttpRequest, loaded: Loaded) -> HttpResponse:
    """Store the answer before checking the link's state: a closed link refuses at most a score."""
    form = CheckInForm(request.POST, flags=loaded.shown.flags)
    form.is_valid()
    entry = form.entry()
    context = {**_common(loaded), "check_in": loaded.row, "form": form, "is_away": loaded.row is None}
    if entry.score is None and not entry.flags:
        is_closed = loaded.row is not None and not is_open(loaded.row, at=timezone.now())
        return _page("closed" if is_closed else "check_in", context, status=410 if is_closed else 422)
    page = keep(loaded, entry, at=timezone.now())
    if form.asks_again(entry) and not page.reply.is_score_refused:
        kept = form.kept_values(entry)
        return _page("second_look", {**context, "reply": page.reply, "entry": entry, "kept_values": kept})
    return _after(loaded, page)


def _after(loaded: Loaded, page: Page) -> HttpResponse:
    reply = page.reply
    context = {
        **_common(loaded),
        "reply": reply,
        "chart": page.chart,
        "may_answer_again": page.may_answer_again,
        "staff_notices": page.staff_notices,
    }
    is_only_refused = reply.kept == Kept.SAVED and reply.is_score_refused and not reply.has_flags
    return _page("thanks", context, status=410 if is_only_refused else STATUS[reply.kept])


def _common(loaded: Loaded) -> dict[str, Any]:
    """The context of every page: the clinic, and whether it is a test patient."""
    return {"clinic": loaded.shown.clinic, "test_patient": no_mail_words() if loaded.is_test else ""}


def _page(name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Without the request, whose context would query the database for the user."""
    return HttpResponse(render_to_string(f"courses/checkins/{name}.html", context), status=status)
