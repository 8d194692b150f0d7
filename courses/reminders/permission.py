"""Whether a reminder may be sent now: checked again right before sending, with a reason for every no."""

from __future__ import annotations

from datetime import datetime, timedelta

from courses.models import Appointment, CheckIn, Course, Reminder, Session
from patients.models import Consent
from patients.patient_file import has_consent

MAX_PER_DAY = 3
TEST_PATIENT = "test patient"
STREAMS = {
    Reminder.Kind.BEFORE_24H: Consent.Stream.REMINDERS,
    Reminder.Kind.CHECK_IN_DAY1: Consent.Stream.CHECK_INS,
    Reminder.Kind.CHECK_IN_DAY3: Consent.Stream.CHECK_INS,
}


def refusal(reminder: Reminder, *, at: datetime) -> str:
    """Why not, in words for staff; empty if it may be sent."""
    patient = reminder.course.patient
    if reminder.state != Reminder.State.PLANNED:
        return "already settled"
    if patient.is_training:
        return TEST_PATIENT
    if patient.archived_at:
        return "patient archived"
    if not patient.email:
        return "no email address"
    if patient.email_failed_at:
        return "email address refused earlier"
    if not has_consent(patient, STREAMS[Reminder.Kind(reminder.kind)]):
        return "no consent"
    if _n_sent_today(reminder, at=at) >= MAX_PER_DAY:
        return "three mails today already"
    return _overtaken(reminder, at=at)


def _overtaken(reminder: Reminder, *, at: datetime) -> str:
    if reminder.appointment is not None:
        if reminder.appointment.status != Appointment.Status.BOOKED:
            return "appointment no longer stands"
        if reminder.appointment.starts_at <= at:
            return "appointment is past"
        return "" if reminder.course.is_running else "course not active"
    check_in = reminder.check_in
    if check_in is None or check_in.answered_at or check_in.revoked_at or check_in.expires_at <= at:
        return "check-in no longer open"
    if check_in.kind == CheckIn.Kind.DAY3 and (why_not := _no_day3(reminder, check_in)):
        return why_not
    return "" if reminder.course.status == Course.Status.ACTIVE else "course not active"


def _no_day3(reminder: Reminder, check_in: CheckIn) -> str:
    """A day-3 check-in makes no sense after another session."""
    if not reminder.clinic.is_day3_asked:
        return "the clinic does not ask on day 3"
    later = Session.objects.filter(course=reminder.course_id, held_at__gt=check_in.session.held_at)
    return "another visit since" if later.exists() else ""


def _n_sent_today(reminder: Reminder, *, at: datetime) -> int:
    midnight = reminder.clinic.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    sent = Reminder.objects.filter(course__patient=reminder.course.patient, state=Reminder.State.SENT)
    return sent.filter(settled_at__gte=midnight, settled_at__lt=midnight + timedelta(days=1)).count()
