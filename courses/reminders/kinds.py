"""The kinds of reminder, each with all that is known of it: a new kind is a row here and its templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from clinic.models import Clinic
from courses.models import CheckIn, Reminder
from courses.reminders.outdated import day3_outdated, question_outdated, visit_outdated
from courses.reminders.reminder_words import (
    Context,
    question_context,
    question_subject,
    visit_context,
    visit_subject,
)
from courses.reminders.schedule import morning_after, the_day_before
from patients.models import Consent


@dataclass(frozen=True)
class ReminderKind:
    """One kind: what it is planned from, whether and when it may be sent, and what it says."""

    # Planning: from each session, with a question of this kind; from each booked visit where there is none.
    asks: CheckIn.Kind | None
    # The clinic's switch: no reminder of this kind is planned or sent where it is off.
    is_on: Callable[[Clinic], bool]
    # Schedule: when it is due, from the start of the visit or the time of the session, by the clinic's clock.
    due_at: Callable[[datetime, ZoneInfo], datetime]
    # Permission: the patient's consent that it needs, and why it does not make sense any more.
    stream: Consent.Stream
    outdated: Callable[[Reminder, datetime], Reminder.WhyNot | None]
    subject: Callable[[Reminder], str]
    # `emails/TEMPLATE.txt` and `.html`, and what they are made from.
    template: str
    context: Callable[[Reminder], Context]


def _always(_clinic: Clinic) -> bool:
    return True


def _asks_on_day3(clinic: Clinic) -> bool:
    return clinic.is_day3_asked


KINDS: dict[Reminder.Kind, ReminderKind] = {
    Reminder.Kind.BEFORE_24H: ReminderKind(
        asks=None,
        is_on=_always,
        due_at=the_day_before,
        stream=Consent.Stream.REMINDERS,
        outdated=visit_outdated,
        subject=visit_subject,
        template="reminder_appointment",
        context=visit_context,
    ),
    Reminder.Kind.CHECK_IN_DAY1: ReminderKind(
        asks=CheckIn.Kind.DAY1,
        is_on=_always,
        due_at=partial(morning_after, n_days=1),
        stream=Consent.Stream.CHECK_INS,
        outdated=question_outdated,
        subject=question_subject,
        template="reminder_check_in",
        context=question_context,
    ),
    Reminder.Kind.CHECK_IN_DAY3: ReminderKind(
        asks=CheckIn.Kind.DAY3,
        is_on=_asks_on_day3,
        due_at=partial(morning_after, n_days=3),
        stream=Consent.Stream.CHECK_INS,
        outdated=day3_outdated,
        subject=question_subject,
        template="reminder_check_in",
        context=question_context,
    ),
}


def kind_of(reminder: Reminder) -> ReminderKind:
    """All that is known of a reminder's kind."""
    return KINDS[Reminder.Kind(reminder.kind)]


def kinds_about_visits() -> Iterator[tuple[Reminder.Kind, ReminderKind]]:
    """Those that are planned from booked visits."""
    return ((kind, row) for kind, row in KINDS.items() if row.asks is None)


def questions_after_sessions() -> Iterator[tuple[CheckIn.Kind, Reminder.Kind, ReminderKind]]:
    """Those that are planned from sessions, with the question of each."""
    return ((row.asks, kind, row) for kind, row in KINDS.items() if row.asks is not None)
