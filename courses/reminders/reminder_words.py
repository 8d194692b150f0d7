"""What a reminder says: no health data in its subject."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.country.shown import shown_full_day
from clinic.outbox.compose import absolute
from courses.models import Reminder
from courses.reminders.links import check_in_path

Context = dict[str, object]


def visit_subject(reminder: Reminder) -> str:
    """The day of the visit."""
    return _("Your appointment on %(day)s") % {"day": visit_context(reminder)["day"]}


def visit_context(reminder: Reminder) -> Context:
    """When the visit is, by the clinic's clock."""
    if reminder.appointment is None:
        raise ValueError("this kind of reminder is about an appointment")
    starts_at = reminder.clinic.local(reminder.appointment.starts_at)
    return {"starts_at": starts_at, "day": shown_full_day(starts_at)}


def question_subject(_reminder: Reminder) -> str:
    """The question alone."""
    return _("How are you today?")


def question_context(reminder: Reminder) -> Context:
    """Where the patient answers."""
    if reminder.check_in is None:
        raise ValueError("this kind of reminder is about a check-in")
    return {"link": absolute(check_in_path(reminder.check_in))}
