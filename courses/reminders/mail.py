"""Mail to patients: no health data in subject, sender or address."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, translation
from django.utils.translation import gettext as _

from clinic.models import Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.transports.base import Mail
from courses.models import Reminder
from courses.reminders.links import check_in_path, unsubscribe_path
from courses.reminders.permission import STREAMS, refusal
from courses.reminders.schedule import next_permitted
from patients.models import Patient

STATES = {
    Message.State.SENT: Reminder.State.SENT,
    Message.State.CANCELLED: Reminder.State.REFUSED,
    Message.State.FAILED: Reminder.State.REFUSED,
    Message.State.UNKNOWN: Reminder.State.UNKNOWN,
}


class ReminderMail:
    """Owner of the message kind `reminder`; its subject is the Reminder row."""

    def still_due(self, message: Message, *, at: datetime) -> bool | datetime:
        """If every condition still applies; at night, not before morning."""
        reminder = self._reminder(message)
        if refusal(reminder, at=at):
            return False
        morning = next_permitted(at, reminder.clinic.zone_info)
        return True if morning == at else morning

    def render(self, message: Message) -> Mail:
        """The mail in the patient's language."""
        reminder = self._reminder(message)
        patient = reminder.course.patient
        unsubscribe_url = absolute(unsubscribe_path(patient, STREAMS[Reminder.Kind(reminder.kind)]))
        with translation.override(patient.language):
            template, subject, context = self._content(reminder)
            return compose(
                message,
                template,
                {**context, "patient": patient, "unsubscribe_url": unsubscribe_url},
                to=patient.email,
                subject=subject,
                headers={
                    "List-Unsubscribe": f"<{unsubscribe_url}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
            )

    def settled(self, message: Message, *, at: datetime) -> None:
        """Record the result and its reason; a refused address gets no more mail."""
        reminder = self._reminder(message)
        why = "" if message.state == Message.State.SENT else self._why_not(message, reminder, at=at)
        Reminder.objects.filter(pk=reminder.pk, state=Reminder.State.PLANNED).update(
            state=STATES[Message.State(message.state)], refused_because=why[:60], settled_at=at
        )
        patient = Patient.objects.filter(pk=reminder.course.patient_id)
        if message.is_refused:
            patient.update(email_failed_at=at)
        elif message.state == Message.State.SENT:
            patient.exclude(email_failed_at=None).update(email_failed_at=None)

    def _why_not(self, message: Message, reminder: Reminder, *, at: datetime) -> str:
        return message.error or refusal(reminder, at=at) or "no longer due"

    def _content(self, reminder: Reminder) -> tuple[str, str, dict[str, object]]:
        if reminder.appointment is not None:
            starts_at = reminder.clinic.local(reminder.appointment.starts_at)
            day = formats.date_format(starts_at, "l, j F Y")
            subject = _("Your appointment on %(day)s") % {"day": day}
            return "reminder_appointment", subject, {"starts_at": starts_at, "day": day}
        return "reminder_check_in", _("How are you today?"), {"link": _check_in_url(reminder)}

    def _reminder(self, message: Message) -> Reminder:
        reminders = Reminder.objects.select_related(
            "clinic", "course__patient", "appointment", "check_in__session"
        )
        return reminders.get(pk=message.subject_id)


def _check_in_url(reminder: Reminder) -> str:
    if reminder.check_in is None:
        raise ValueError("a reminder is about an appointment or a check-in")
    return absolute(check_in_path(reminder.check_in))


reminder_mail = ReminderMail()
