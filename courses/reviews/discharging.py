"""The end of a course: final review, open bookings and reminders cancelled; red flags stay open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.measures.entry import MeasuresEntry
from courses.measures.recording import record_measures
from courses.models import Appointment, Course, Reminder, Review
from courses.plans.booking import cancel_appointment
from courses.plans.lifecycle import end_course
from courses.plans.program_reason import ProgramReason
from courses.reviews.reviewing import ReviewEntry, record_review

# How a course can end, and the decision in its final review.
DECISIONS = {
    Course.Status.COMPLETED: Review.Decision.COMPLETE,
    Course.Status.STOPPED: Review.Decision.STOP,
}


@dataclass(frozen=True)
class Discharge:
    """How a course ends, why, the advice to the patient, and the measures."""

    review: ReviewEntry
    status: Course.Status
    reason: str
    advice: str = ""
    measures: MeasuresEntry | None = None


@dataclass(frozen=True)
class Discharged:
    """The effects of the end of a course."""

    review: Review
    n_appointments: int
    n_reminders: int


@transaction.atomic
def discharge(course: Course, *, entry: Discharge, by: Membership, at: datetime) -> Discharged:
    """End a course: review and measures, then the course, then its bookings and reminders, all or nothing."""
    if entry.status not in DECISIONS:
        raise ValidationError({"status": _("Say whether the course was completed or stopped.")})
    review = record_review(course, entry=entry.review, by=by, at=at)
    if entry.measures and entry.measures.scores:
        record_measures(course, entry=entry.measures, by=by, at=at)
    on = course.clinic.local(at).date()
    end_course(course, status=entry.status, reason=entry.reason, on=on, by=by, at=at)
    Course.objects.filter(pk=course.pk).update(discharge_advice=entry.advice)
    course.refresh_from_db()
    return Discharged(review, _cancel_appointments(course, by=by, at=at), _cancel_reminders(course, at=at))


def _cancel_appointments(course: Course, *, by: Membership, at: datetime) -> int:
    # A past visit stays until somebody says whether it took place.
    booked = list(course.appointments.filter(status=Appointment.Status.BOOKED, starts_at__gt=at))
    for appointment in booked:
        cancel_appointment(appointment, reason=ProgramReason.COURSE_ENDED, by=by, at=at)
    return len(booked)


def _cancel_reminders(course: Course, *, at: datetime) -> int:
    planned = course.reminders.filter(state=Reminder.State.PLANNED)
    why_not = Reminder.WhyNot.COURSE_ENDED
    return planned.update(state=Reminder.State.CANCELLED, refused_because=why_not, settled_at=at)
