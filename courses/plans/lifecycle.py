"""A course starts, rests, goes on, ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.models import Alert, Course, Protocol, Severity
from patients.models import Patient

HOLDING = (Severity.E0, Severity.E1, Severity.E2)


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


def hold_courses(patient: Patient, *, reason: str) -> int:
    """Put every open course of a patient on hold; those on hold already keep their reason."""
    running = patient.courses.filter(status__in=[Course.Status.PLANNED, Course.Status.ACTIVE])
    return int(running.update(status=Course.Status.ON_HOLD, hold_reason=reason[:200]))


@transaction.atomic
def hold_course(course: Course, *, reason: str) -> None:
    """Put one course on hold by hand."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if course.status not in {Course.Status.PLANNED, Course.Status.ACTIVE}:
        raise ValidationError(_("Only a planned or active course can be put on hold."))
    course.status, course.hold_reason = Course.Status.ON_HOLD, reason
    course.save(update_fields=["status", "hold_reason"])


@transaction.atomic
def resume_course(course: Course, *, at: datetime) -> None:
    """Take a course off hold; refused while a red flag that holds it is unresolved."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if course.status != Course.Status.ON_HOLD:
        raise ValidationError(_("The course is not on hold."))
    holding = Alert.objects.unresolved().red_flags().filter(patient=course.patient, severity__in=HOLDING)
    if holding.exists():
        raise ValidationError(_("A red flag of this patient is not resolved: resolve it first."))
    course.status = Course.Status.ACTIVE if course.sessions.exists() else Course.Status.PLANNED
    course.hold_reason = ""
    course.save(update_fields=["status", "hold_reason"])


@transaction.atomic
def end_course(course: Course, *, status: Course.Status, reason: str, on: date) -> None:
    """Complete or stop a course."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if not course.is_open:
        raise ValidationError(_("The course is over already."))
    course.status, course.ended_on, course.end_reason, course.hold_reason = status, on, reason, ""
    course.save(update_fields=["status", "ended_on", "end_reason", "hold_reason"])
