"""Reopens what was ended or marked by mistake, and restores what that had cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from clinic.models import Membership, required_reason, void_rows
from courses.alerts.raising import raise_alert
from courses.models import Alert, Appointment, AppointmentEvent, Course, CourseEvent, Reminder
from courses.plans import booking, lifecycle
from courses.plans.program_reason import ProgramReason
from courses.reminders.planning import plan_again
from courses.rules.facts import Finding, Severity


@dataclass(frozen=True)
class Reopened:
    """What was restored with a course, and the visits that could not be booked again, with the reason."""

    course: Course
    n_bookings: int
    n_reminders: int
    n_alerts: int
    left_out: tuple[tuple[Appointment, str], ...] = ()


@transaction.atomic
def reopen_appointment(appointment: Appointment, *, reason: str, by: Membership, at: datetime) -> Appointment:
    """Book a visit again that was cancelled or marked as missed by mistake, with its reminder."""
    booking.reopen_appointment(appointment, reason=reason, by=by, at=at)
    appointment.refresh_from_db()
    plan_again(Reminder.objects.filter(appointment=appointment), at=at)
    return appointment


@transaction.atomic
def reopen_course(course: Course, *, reason: str, by: Membership, at: datetime) -> Reopened:
    """Reopen the course: future bookings, reminders and alerts that its end cancelled are restored.

    The review and decision that ended it become void; the measures stay.
    """
    reason = required_reason(reason)
    ended = lifecycle.reopen_course(course, reason=reason, by=by, at=at)
    course.refresh_from_db()
    since = _ended_at(course, ended, at=at)
    final = course.reviews.filter(is_final=True, reviewed_at__gte=since)
    void_rows(final, reason=ProgramReason.COURSE_REOPENED.because(reason), by=by, at=at)
    booked, left_out = _book_again(course, since, reason=reason, by=by, at=at)
    reminders = plan_again(course.reminders.filter(settled_at__gte=since), at=at)
    alerts = _raise_again(course, since, by=by, at=at)
    return Reopened(course, booked, reminders, alerts, tuple(left_out))


def _ended_at(course: Course, ended: CourseEvent | None, *, at: datetime) -> datetime:
    """When the course ended: midnight of that day if it ended before events were recorded."""
    if ended is not None:
        return ended.happened_at
    last = course.reviews.filter(is_final=True).order_by("reviewed_at").last()
    return last.reviewed_at if last else at


def _book_again(
    course: Course, since: datetime, *, reason: str, by: Membership, at: datetime
) -> tuple[int, list[tuple[Appointment, str]]]:
    """The future visits that the end of the course cancelled; times that are taken now are left out."""
    cancelled = course.appointments.filter(
        status=Appointment.Status.CANCELLED,
        starts_at__gt=at,
        events__kind=AppointmentEvent.Kind.CANCELLED,
        events__happened_at=since,
    ).select_related("practitioner__user")
    n_booked, left_out = 0, []
    for appointment in cancelled.order_by("starts_at").distinct():
        try:
            with transaction.atomic():
                booking.reopen_appointment(appointment, reason=reason, by=by, at=at)
        except ValidationError as error:
            left_out.append((appointment, " ".join(error.messages)))
        else:
            n_booked += 1
    return n_booked, left_out


def _raise_again(course: Course, since: datetime, *, by: Membership, at: datetime) -> int:
    """Open the alerts again that were open when the course ended, and send them as new."""
    closed = course.alerts.filter(outcome=Alert.Outcome.COURSE_CLOSED, resolved_at__gte=since)
    alerts = list(closed.select_related("patient", "course").order_by("pk"))
    for alert in alerts:
        raise_alert(
            patient=alert.patient,
            course=course,
            rule=Alert.Rule(alert.rule),
            findings=[_finding(row) for row in alert.findings],
            by=by,
            at=at,
            is_quiet=alert.is_quiet,
        )
    return len(alerts)


def _finding(row: dict[str, object]) -> Finding:
    return Finding(
        rule=str(row["rule"]),
        version=int(str(row["version"])),
        severity=Severity(str(row["severity"])),
        evidence=row["evidence"],  # type: ignore[arg-type]
    )
