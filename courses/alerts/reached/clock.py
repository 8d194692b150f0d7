"""The clock from a report to the first message that a mail server or a webhook accepted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from clinic.models import Message
from courses.models import Alert, AlertEvent, Reach
from courses.rules.facts import RED_FLAG_LEVELS, Severity

# The time from the first possible message until it is a fault that nobody was reached.
LONGEST_FOR_RED_FLAGS = timedelta(minutes=2)
LONGEST = timedelta(hours=2)


def longest_wait(severity: str) -> timedelta:
    """The longest time until somebody must be reached."""
    return LONGEST_FOR_RED_FLAGS if severity in RED_FLAG_LEVELS else LONGEST


def start_clock(alert: Alert, event: AlertEvent, *, at: datetime, leaves_at: datetime) -> None:
    """Start the clock of an event that gets a first message of its own, whatever becomes of the message.

    Restarting the steps is no new report: a running clock continues.
    """
    if event.kind == AlertEvent.Kind.REARMED and alert.reaches.running().exists():
        return
    Reach.objects.create(
        clinic=alert.clinic,
        alert=alert,
        event=event,
        severity=alert.severity,
        reported_at=at,
        leaves_at=leaves_at,
        late_at=leaves_at + longest_wait(alert.severity),
    )


def hurry_clocks(*, at: datetime) -> int:
    """Correct reports that a wrong clock dated in the future, so that they become late in time."""
    n_hurried = 0
    for severity in Severity:
        late_at = at + longest_wait(severity)
        ahead = Reach.objects.all_clinics().running().filter(severity=severity, reported_at__gt=at)
        n_hurried += ahead.filter(late_at__gt=late_at, leaves_at=F("reported_at")).update(
            leaves_at=at, late_at=late_at
        )
    return n_hurried


def note_reached(alert: Alert, message: Message, *, at: datetime) -> None:
    """A message about an event was accepted: whoever reads it also knows of all earlier events."""
    known = alert.reaches.running().filter(event__lte=message.subject_id)
    known.update(reached_at=at, message=message)


def stop_clocks(alert: Alert, *, at: datetime) -> None:
    """A person dealt with the alert, so they know of it, whatever became of the messages."""
    alert.reaches.running().update(answered_at=at)
