"""Mail to patients: no health data in subject, sender or address."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.country.conventions import at_clinic
from clinic.models import Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.transports.base import Mail
from courses.models import Reminder
from courses.reminders.kinds import kind_of
from courses.reminders.links import unsubscribe_path
from courses.reminders.permission import refusal
from courses.reminders.schedule import next_permitted
from patients.models import Patient

STATES = {
    Message.State.SENT: Reminder.State.SENT,
    Message.State.CANCELLED: Reminder.State.REFUSED,
    Message.State.FAILED: Reminder.State.REFUSED,
    Message.State.UNKNOWN: Reminder.State.UNKNOWN,
}
# Why, where the mail says no more than that; the message keeps what the server answered.
UNDELIVERED = {
    Message.State.FAILED: Reminder.WhyNot.NOT_DELIVERED,
    Message.State.UNKNOWN: Reminder.WhyNot.INTERRUPTED,
}


WAIT_FOR_NUMBER = timedelta(minutes=10)


class ReminderMail:
    """Owner of the message kind `reminder`; its subject is the Reminder row."""

    def still_due(self, message: Message, *, at: datetime) -> bool | datetime:
        """If every condition still applies; at night, not before morning."""
        reminder = self._reminder(message)
        if refusal(reminder, at=at):
            return False
        if not reminder.clinic.is_number_confirmed:
            # Every mail to a patient names the number to call: somebody looks at it first.
            return at + WAIT_FOR_NUMBER
        morning = next_permitted(at, reminder.clinic.zone_info)
        return True if morning == at else morning

    def render(self, message: Message) -> Mail:
        """The mail in the patient's language."""
        reminder = self._reminder(message)
        patient, kind = reminder.course.patient, kind_of(reminder)
        unsubscribe_url = absolute(unsubscribe_path(patient, kind.stream))
        with at_clinic(reminder.clinic, language=patient.language):
            return compose(
                message,
                kind.template,
                {**kind.context(reminder), "patient": patient, "unsubscribe_url": unsubscribe_url},
                to=patient.email,
                subject=kind.subject(reminder),
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
            state=STATES[Message.State(message.state)], refused_because=why, settled_at=at
        )
        patient = Patient.objects.filter(pk=reminder.course.patient_id)
        if message.is_refused:
            patient.update(email_failed_at=at)
        elif message.state == Message.State.SENT:
            patient.exclude(email_failed_at=None).update(email_failed_at=None)

    def _why_not(self, message: Message, reminder: Reminder, *, at: datetime) -> Reminder.WhyNot:
        if message.is_refused:
            return Reminder.WhyNot.REFUSED
        if message.state == Message.State.CANCELLED:
            return refusal(reminder, at=at) or Reminder.WhyNot.NO_LONGER_DUE
        return UNDELIVERED[Message.State(message.state)]

    def _reminder(self, message: Message) -> Reminder:
        reminders = Reminder.objects.select_related(
            "clinic", "course__patient", "appointment", "check_in__session"
        )
        return reminders.get(pk=message.subject_id)


reminder_mail = ReminderMail()
