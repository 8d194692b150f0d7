"""A course starts, is put on hold, resumes, ends, and is reopened after a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from clinic.models import Membership, required_reason
from courses.models import Alert, Course, CourseEvent, Hold, Protocol
from courses.rules.facts import HOLDING
from patients.locking import lock_patients
from patients.models import Patient

MOST_SIGNS = 200


def plan_course(
    *,
    patient: Patient,
    practitioner: Membership,
    protocol: Protocol,
    starts_on: date,
    complaint: str,
    weekly_sessions: Sequence[int] | None = None,
    review_sessions: Sequence[int] | None = None,
) -> Course:
    """A planned course with the protocol's schedule, or a changed one; ValidationError names the field."""
    course = Course(
        clinic=patient.clinic,
        patient=patient,
        practitioner=practitioner,
        protocol=protocol,
        complaint=complaint,
        starts_on=starts_on,
        weekly_sessions=list(protocol.weekly_sessions if weekly_sessions is None else weekly_sessions),
        review_sessions=list(protocol.review_sessions if review_sessions is None else review_sessions),
    )
    course.full_clean()
    course.save()
    return course


def hold_reason(level: str, wording: str) -> str:
    """Why a course is on hold, in the words for a red flag."""
    return f"{level}: {wording}"[:MOST_SIGNS]


@transaction.atomic
def hold_courses(patient: Patient, *, reason: str, at: datetime) -> int:
    """Put every open course of a patient on hold; courses already on hold keep their reason."""
    running = list(
        patient.courses.select_for_update().filter(status__in=[Course.Status.PLANNED, Course.Status.ACTIVE])
    )
    for course in running:
        _hold(course, reason=reason[:MOST_SIGNS], at=at)
    return len(running)


@transaction.atomic
def hold_course(course: Course, *, reason: str, at: datetime) -> None:
    """Put one course on hold by hand."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if course.status not in {Course.Status.PLANNED, Course.Status.ACTIVE}:
        raise ValidationError(_("Only a planned or active course can be put on hold."))
    _hold(course, reason=reason, at=at)


@transaction.atomic
def resume_course(course: Course, *, at: datetime) -> None:
    """Resume a course; refused while a red flag that caused the hold is unresolved."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if course.status != Course.Status.ON_HOLD:
        raise ValidationError(_("The course is not on hold."))
    holding = Alert.objects.unresolved().red_flags().filter(patient=course.patient, severity__in=HOLDING)
    if holding.exists():
        raise ValidationError(_("A red flag of this patient is not resolved. Resolve it first."))
    course.status = status_by_sessions(course)
    course.hold_reason = ""
    course.save(update_fields=["status", "hold_reason"])
    course.holds.filter(ended_at=None).update(ended_at=Greatest("began_at", Value(at)))


@transaction.atomic
def extend_course(course: Course, *, n_sessions: int) -> Course:
    """Add sessions at the pace of the last planned weeks, with a review at the new end."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if not course.is_open:
        raise ValidationError(_("The course has ended. Start a new one."))
    course.weekly_sessions = [*course.weekly_sessions, *_weeks_for(n_sessions, pace=_pace(course))]
    course.review_sessions = sorted({*course.review_sessions, course.n_planned})
    course.save(update_fields=["weekly_sessions", "review_sessions"])
    return course


@transaction.atomic
def end_course(
    course: Course, *, status: Course.Status, reason: str, on: date, at: datetime, by: Membership | None = None
) -> None:
    """Complete or stop a course."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if not course.is_open:
        raise ValidationError(_("The course has already ended."))
    write_course_event(course, CourseEvent.Kind.ENDED, to=status, reason=reason, by=by, at=at)
    course.status, course.ended_on, course.end_reason, course.hold_reason = status, on, reason, ""
    course.save(update_fields=["status", "ended_on", "end_reason", "hold_reason"])
    midnight = datetime.combine(on, time.min, tzinfo=course.clinic.zone_info)
    course.holds.filter(ended_at=None).update(ended_at=Greatest("began_at", Value(midnight)))


@transaction.atomic
def reopen_course(course: Course, *, reason: str, by: Membership, at: datetime) -> CourseEvent | None:
    """Reopen a course that was ended by mistake, with its former status; on hold while a red flag requires it.

    Returns the event of its end, None if it ended before events were recorded.
    """
    reason = required_reason(reason)
    lock_patients([course.patient_id])
    course = Course.objects.select_for_update(of=("self",)).select_related("patient").get(pk=course.pk)
    if course.is_open:
        raise ValidationError(_("The course has not ended."))
    if course.patient.courses.open().filter(complaint=course.complaint).exists():
        message = _("The patient has another open course for %(complaint)s. End that one first.")
        raise ValidationError(message % {"complaint": course.complaint})
    ended = course.events.filter(kind=CourseEvent.Kind.ENDED).last()
    status, hold_reason = _before_the_end(course, ended)
    write_course_event(course, CourseEvent.Kind.REOPENED, to=status, reason=reason, by=by, at=at)
    course.status = status
    course.ended_on, course.end_reason, course.hold_reason, course.discharge_advice = None, "", "", ""
    if status == Course.Status.ON_HOLD:
        course.hold_reason = hold_reason
    course.save(update_fields=["status", "ended_on", "end_reason", "hold_reason", "discharge_advice"])
    if status == Course.Status.ON_HOLD:
        _hold(course, reason=hold_reason, at=at)
    return ended


def write_course_event(
    course: Course,
    kind: CourseEvent.Kind,
    *,
    to: Course.Status,
    reason: str,
    by: Membership | None,
    at: datetime,
) -> CourseEvent:
    """Record who ended or reopened a course, when and why; call it before the status changes."""
    return CourseEvent.objects.create(
        clinic_id=course.clinic_id,
        course=course,
        kind=kind,
        old_status=course.status,
        new_status=to,
        hold_reason=course.hold_reason,
        reason=reason[:300],
        by=by,
        happened_at=at,
    )


def status_by_sessions(course: Course) -> Course.Status:
    """Active once a session counts, otherwise planned."""
    return Course.Status.ACTIVE if course.sessions.exists() else Course.Status.PLANNED


def _before_the_end(course: Course, ended: CourseEvent | None) -> tuple[Course.Status, str]:
    """The former status, and the reason if the course is put on hold."""
    flags = Alert.objects.unresolved().red_flags().filter(patient=course.patient, severity__in=HOLDING)
    if flags.exists():
        known = ended.hold_reason if ended else ""
        return Course.Status.ON_HOLD, known or _("A red flag of this patient is not resolved.")
    if ended is not None:
        return Course.Status(ended.old_status), ended.hold_reason
    return status_by_sessions(course), ""


def _hold(course: Course, *, reason: str, at: datetime) -> None:
    course.status, course.hold_reason = Course.Status.ON_HOLD, reason
    course.save(update_fields=["status", "hold_reason"])
    # If a hold is already open, keep it: a red flag must never fail because of the history of holds.
    Hold.objects.get_or_create(
        course=course,
        ended_at=None,
        defaults={"clinic_id": course.clinic_id, "reason": reason, "began_at": at},
    )


def _pace(course: Course) -> int:
    """Sessions in the last planned week that has any, at least one."""
    return next((n_sessions for n_sessions in reversed(course.weekly_sessions) if n_sessions), 1)


def _weeks_for(n_sessions: int, *, pace: int) -> list[int]:
    full, rest = divmod(n_sessions, pace)
    return [pace] * full + ([rest] if rest else [])
