"""The clock from a report to the first message that a mail server or a webhook accepted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from clinic.models import Message
from courses.models import Alert, AlertEvent, Reach
from courses.rules.facts import RED_FLAG_LEVELS, Severity

# From when the first message may leave until nobody having been reached is a fault.
LONGEST_FOR_RED_FLAGS = timedelta(minutes=2)
LONGEST = timedelta(hours=2)


def longest_wait(severity: str) -> timedelta:
    """How long it may take until somebody is reached."""
    return LONGEST_FOR_RED_FLAGS if severity in RED_FLAG_LEVELS else LONGEST


def start_clock(alert: Alert, event: AlertEvent, *, at: datetime, leaves_at: datetime) -> None:
    """An event gets a first message of its own, to leave then: its clock runs, whatever becomes of the message.

    Starting the steps anew is no new report: while a clock runs, that one goes on.
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
    """A report made in a future that is none, because a clock was set back, is not late only in that future."""
    n_hurried = 0
    for severity in Severity:
        late_at = at + longest_wait(severity)
        ahead = Reach.objects.all_clinics().running().filter(severity=severity, reported_at__gt=at)
        n_hurried += ahead.filter(late_at__gt=late_at, leaves_at=F("reported_at")).update(
            leaves_at=at, late_at=late_at
        )
    return n_hurried


def note_reached(alert: Alert, message: Message, *, at: datetime) -> None:
    """A message about an event was accepted: whoever reads it knows of everything before, too."""
    known = alert.reaches.running().filter(event__lte=message.subject_id)
    known.update(reached_at=at, message=message)


def stop_clocks(alert: Alert, *, at: datetime) -> None:
    """A person dealt with the alert: they know of it, however the messages fared."""
    alert.reaches.running().update(answered_at=at)
