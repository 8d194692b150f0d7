"""Voids a session: it stays on file and is counted nowhere; its consequences are undone as far as possible."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic.country.shown import shown_moment
from clinic.models import Membership, required_reason, void_rows
from courses.alerts.after_correction import correct_pain
from courses.alerts.history import write_event
from courses.models import (
    AdverseEvent,
    Alert,
    AlertEvent,
    Appointment,
    CheckIn,
    ClearanceOverride,
    Course,
    PainScore,
    RedFlagReport,
    Reminder,
    Session,
)
from courses.plans.booking import set_booked
from courses.plans.lifecycle import status_by_sessions
from courses.plans.program_reason import reason_words
from courses.reminders.planning import cancel_planned
from patients.locking import lock_patient
from patients.models import NeuroCheck

# Everything that belongs to a session and is read without it, with its path to the session.
PARTS = (PainScore, CheckIn, AdverseEvent)


@transaction.atomic
def void_session(session: Session, *, reason: str, by: Membership, at: datetime) -> Session:
    """Void the session with its scores, check-ins and side effects.

    Its appointment can be logged again. A pain alert that depends on it is updated as after a correction; its
    red flags stay open until a person resolves them. ValidationError if it is void already.
    """
    reason = required_reason(reason)
    lock_patient(session.course.patient)
    session = _held(session)
    if session.is_void:
        raise ValidationError(void_words(session))
    _void_rows(session, reason=reason, by=by, at=at)
    _free_appointment(session, reason=reason, by=by, at=at)
    _free_override(session)
    _settle_course(session.course)
    correct_pain(session.course, session_number=session.number, findings=[], reason=reason, by=by, at=at)
    _note_on_alerts(session, _void_note(session, reason), by=by, at=at)
    session.refresh_from_db()
    return session


def parts_of(session: Session, model: type[Any]) -> QuerySet[Any]:
    """A session's scores or side effects that count; for a void session, those that were voided with it."""
    rows: QuerySet[Any] = model.every.filter(session=session)
    return rows.filter(voided_at=session.voided_at)


def void_words(session: Session) -> str:
    """Who voided a session, when and why, in a sentence."""
    if session.voided_at is None:
        raise ValueError("the session is not void")
    values = {
        "session": session,
        "who": session.voided_by,
        "when": shown_moment(session.clinic.local(session.voided_at)),
        "why": reason_words(session.void_reason),
    }
    return _("%(session)s was voided by %(who)s on %(when)s: %(why)s") % values


def checks_of(session: Session) -> list[NeuroCheck]:
    """The neurological check that was entered with a session."""
    patient = session.course.patient_id
    return list(
        NeuroCheck.objects.filter(patient=patient, recorded_by=session.logged_by_id, recorded_at=session.logged_at)
    )


def _held(session: Session) -> Session:
    rows = Session.every.select_for_update(of=("self",))
    return rows.select_related("course__clinic", "course__patient", "clinic", "voided_by__user").get(pk=session.pk)


def _void_rows(session: Session, *, reason: str, by: Membership, at: datetime) -> None:
    checks = [check.pk for check in checks_of(session)]
    void_rows(NeuroCheck.objects.filter(pk__in=checks), reason=reason, by=by, at=at)
    for model in PARTS:
        void_rows(model._default_manager.filter(session=session), reason=reason, by=by, at=at)
    asked = CheckIn.every.filter(session=session)
    asked.filter(revoked_at=None).update(revoked_at=at)
    cancel_planned(Reminder.objects.filter(check_in__in=asked), because=Reminder.WhyNot.SESSION_VOIDED, at=at)
    void_rows(Session.objects.filter(pk=session.pk), reason=reason, by=by, at=at)


def _free_appointment(session: Session, *, reason: str, by: Membership, at: datetime) -> None:
    appointment = session.appointment
    if appointment is not None and appointment.status == Appointment.Status.KEPT:
        set_booked(appointment, reason=reason, by=by, at=at)


def _free_override(session: Session) -> None:
    """Make a lead's override available again for the visit that did take place."""
    spent = ClearanceOverride.objects.filter(session=session).first()
    if spent is not None and not session.course.overrides.unused_on(spent.valid_on).exists():
        ClearanceOverride.objects.filter(pk=spent.pk).update(session=None)


def _settle_course(course: Course) -> None:
    """Set an active course back to planned if no session counts any more."""
    Course.objects.filter(pk=course.pk, status=Course.Status.ACTIVE).update(status=status_by_sessions(course))


def _void_note(session: Session, reason: str) -> str:
    return _("%(session)s was voided: %(why)s This alert stays open until somebody resolves it.") % {
        "session": session,
        "why": reason if reason.endswith(".") else f"{reason}.",
    }


def _note_on_alerts(session: Session, note: str, *, by: Membership, at: datetime) -> None:
    """Note on its red-flag and breach alerts that the session is void, for whoever answers them."""
    reports = RedFlagReport.objects.filter(session=session) | RedFlagReport.objects.filter(
        check_in__session=session
    )
    reported = AlertEvent.objects.filter(report__in=reports).values("alert")
    open_ones = Alert.objects.unresolved().filter(pk__in=reported)
    for alert in (*open_ones, *_breaches(session)):
        write_event(alert, AlertEvent.Kind.NOTED, at=at, by=by, note=note)


def _breaches(session: Session) -> list[Alert]:
    alerts = Alert.objects.unresolved().filter(course=session.course_id, rule=Alert.Rule.UNCLEARED)
    return [one for one in alerts if any(row["evidence"].get("session") == session.number for row in one.findings)]
