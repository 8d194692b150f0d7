"""Log a session: the form with the curve beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.admin import ClinicScopedAdmin
from clinic.models import Membership
from clinic.posting.twins import judges_repeats
from clinic.typed.asked import asked
from courses.admin.visit.correct_view import correction_page
from courses.admin.visit.log_page import LogPageFacts, instruction_context, log_page
from courses.corrections.sent_again import correction_of, resent_values
from courses.models import Course, Session
from courses.sessions.entry import NeedlingEntry, SessionEntry
from courses.sessions.forms import SessionForm
from courses.sessions.log import Logged, log_session
from courses.sessions.points.fields import FIELDS, PREFIX, BaseNeedlings, NeedlingFormSet
from courses.sessions.red_flags.recording import accept_flags, reports_of_form
from patients.locking import lock_patients

log = structlog.stdlib.get_logger(__name__)

N_EMPTY_ROWS = 2
EMPTY = {**dict.fromkeys(FIELDS, ""), "side": "both", "stimulation": "none"}
N_MORE_ROWS = 4


class LogSession:
    """The view, bound to the course admin whose rows it may see."""

    def __init__(self, course_admin: ClinicScopedAdmin) -> None:
        self.admin = course_admin

    @judges_repeats
    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form, or log the session; keeps what was typed if something is wrong."""
        by, at = self.admin.require(request, "courses.log_session"), timezone.now()
        data: QueryDict | None = request.POST if request.method == "POST" else None
        is_sent = data is not None and not {"copy", "add_rows"} & data.keys()
        with _held(pk, by=by) if is_sent else nullcontext():
            here = LogPageFacts(_course(pk, by=by), at=at)
            data = _with_rows(data, here) if data is not None else None
            form = _form(request, data, here, by=by, at=at)
            needlings = NeedlingFormSet(
                data,
                prefix=PREFIX,
                initial=_initial_rows(request, here),
                form_kwargs={"catalogue": here.catalogue},
            )
            logged = _save(here, form, needlings, by=by, at=at) if is_sent else None
        if logged is not None and logged.is_new:
            return HttpResponseRedirect(f"{_address(logged.session)}?saved=1")
        if logged is not None and logged.session.is_void:
            return HttpResponseRedirect(f"{_address(logged.session)}?saved=before")
        if logged is not None:
            return self._again(request, logged, form.entry(_rows(needlings)))
        if is_sent:
            # Red flags from an earlier, unsaved send are open by now; they gate the next visit, not this one.
            here = LogPageFacts(_course(pk, by=by), at=at, form_key=form.cleaned_data.get("form_key"))
        context = log_page(here, form, needlings, by=by, at=at, is_sent=is_sent)
        response = self.admin.page(request, "courses/admin/log_session.html", context)
        response.status_code = 422 if is_sent else 200
        return response

    def _again(self, request: HttpRequest, logged: Logged, entry: SessionEntry) -> HttpResponse:
        """The form was sent before: offer the differences as a correction, and never report them as saved."""
        resent = resent_values(logged.session, entry)
        if resent is None:
            return HttpResponseRedirect(f"{_address(logged.session)}?saved=before")
        form, rows = correction_of(logged.session, resent.data)
        context = {
            **correction_page(logged.session, form, rows),
            **instruction_context(reports_of_form(logged.session.course.patient, entry.form_key)),
            "resent": resent.words,
        }
        response = self.admin.page(request, "courses/admin/correct_session.html", context)
        response.status_code = 409
        return response


@contextmanager
def _held(pk: int, *, by: Membership) -> Iterator[None]:
    """Lock the patient, so that what is read to check the form stays true until it is saved."""
    with transaction.atomic():
        lock_patients(Course.objects.visible_to(by).filter(pk=pk).values("patient"))
        yield


def _course(pk: int, *, by: Membership) -> Course:
    rows = Course.objects.visible_to(by).select_related("patient", "protocol", "practitioner__user")
    course = get_object_or_404(rows, pk=pk)
    course.clinic = by.clinic  # the same row, which need not be read twice
    return course


def _form(
    request: HttpRequest, data: QueryDict | None, here: LogPageFacts, *, by: Membership, at: datetime
) -> SessionForm:
    initial = _initial(request, here) if data is None else {}
    return SessionForm(
        data,
        course=here.course,
        by=by,
        at=at,
        facts=here.facts,
        is_at_ceiling=here.is_at_ceiling,
        initial=initial,
    )


def _visit(here: LogPageFacts, typed: str) -> str | None:
    """The visit in the address, if it belongs to the course."""
    is_number = typed.isascii() and typed.isdecimal() and len(typed) < 19
    return typed if is_number and here.course.appointments.filter(pk=typed).exists() else None


def _initial(request: HttpRequest, here: LogPageFacts) -> dict[str, Any]:
    """Initial values of an empty form: nothing that the patient has to be asked."""
    last = here.last_needled
    needles = ("needle_diameter_mm", "needle_length_mm", "needle_maker")
    return {
        "appointment": asked(request, "appointment", lambda typed: _visit(here, typed)),
        "is_needled": "yes" if "copy" in request.GET and here.copied else None,
        "seen_number": here.state.last_number,
        **({name: getattr(last, name) for name in needles} if last else {}),
    }


def _save(
    here: LogPageFacts, form: SessionForm, needlings: BaseNeedlings, *, by: Membership, at: datetime
) -> Logged | None:
    """The logged session; None if it could not be saved. Red flags are recorded in any case."""
    is_valid = form.is_valid() & needlings.is_valid()
    rows = _rows(needlings)
    for field, message in form.needling_errors(rows).items():
        form.add_error(field, message)
        is_valid = False
    if is_valid:
        try:
            return log_session(here.course, entry=form.entry(rows), by=by, at=at, state=here.state)
        except ValidationError as error:
            form.add_error(None, error)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever fails in the rest, a red flag must not go with it
            log.error("session not saved", course=here.course.pk, error=type(error).__name__)
            form.add_error(
                None, _("The session could not be saved because of a fault in this software. Try again.")
            )
    accept_flags(form.origin(here.course, at=at), form.reported_flags(), by=by, at=at)
    return None


def _rows(needlings: BaseNeedlings) -> tuple[NeedlingEntry, ...]:
    if not needlings.is_valid():
        return ()
    return needlings.entries()


def _address(session: Session) -> str:
    return reverse("admin:courses_session_change", args=[session.pk])


def _initial_rows(request: HttpRequest, here: LogPageFacts) -> list[dict[str, Any]]:
    """The points of the last session if the address asks for them, and some empty rows."""
    copied = here.copied if "copy" in request.GET else []
    return [*copied, *({} for _row in range(N_EMPTY_ROWS))]


def _with_rows(posted: QueryDict, here: LogPageFacts) -> QueryDict:
    """The sent data, with the rows that a button asked for after the filled ones."""
    if not {"copy", "add_rows"} & posted.keys():
        return posted
    data = posted.copy()
    n_rows = _number(posted.get(f"{PREFIX}-TOTAL_FORMS"))
    filled = [
        {name: posted.get(f"{PREFIX}-{row}-{name}", "") for name in FIELDS}
        for row in range(n_rows)
        if posted.get(f"{PREFIX}-{row}-where", "").strip()
    ]
    rows = [*filled, *(here.copied if "copy" in posted else [])]
    for row, values in enumerate(rows):
        for name in FIELDS:
            value = values.get(name)
            data[f"{PREFIX}-{row}-{name}"] = "" if value is None else str(value)
    for row in range(len(rows), len(rows) + N_MORE_ROWS):
        for name, value in EMPTY.items():
            data[f"{PREFIX}-{row}-{name}"] = value
    if "copy" in posted and here.copied:
        data["is_needled"] = "yes"
    data[f"{PREFIX}-TOTAL_FORMS"] = str(len(rows) + N_MORE_ROWS)
    data[f"{PREFIX}-INITIAL_FORMS"] = "0"
    return data


def _number(text: str | None) -> int:
    return min(int(text), 60) if text and text.isdigit() else 0
