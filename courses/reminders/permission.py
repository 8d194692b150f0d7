"""Whether a reminder may be sent now: checked again right before sending, with a reason for every no."""

from __future__ import annotations

from datetime import datetime, timedelta

from courses.models import Reminder
from courses.reminders.kinds import kind_of
from patients.models import Patient
from patients.patient_file import has_consent

MAX_PER_DAY = 3
WhyNot = Reminder.WhyNot


def refusal(reminder: Reminder, *, at: datetime) -> WhyNot | None:
    """Why it may not be sent; None if it may."""
    kind, patient = kind_of(reminder), reminder.course.patient
    if reminder.state != Reminder.State.PLANNED:
        return WhyNot.SETTLED
    if (why_not := _unreachable(patient)) is not None:
        return why_not
    if not has_consent(patient, kind.stream):
        return WhyNot.NO_CONSENT
    if _n_sent_today(reminder, at=at) >= MAX_PER_DAY:
        return WhyNot.ENOUGH_TODAY
    if not kind.is_on(reminder.clinic):
        return WhyNot.NOT_ASKED
    return kind.outdated(reminder, at)


def _unreachable(patient: Patient) -> WhyNot | None:
    if patient.is_training:
        return WhyNot.TEST_PATIENT
    if patient.archived_at:
        return WhyNot.ARCHIVED
    if not patient.email:
        return WhyNot.NO_ADDRESS
    return WhyNot.ADDRESS_REFUSED if patient.email_failed_at else None


def _n_sent_today(reminder: Reminder, *, at: datetime) -> int:
    midnight = reminder.clinic.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    sent = Reminder.objects.filter(course__patient=reminder.course.patient, state=Reminder.State.SENT)
    return sent.filter(settled_at__gte=midnight, settled_at__lt=midnight + timedelta(days=1)).count()
