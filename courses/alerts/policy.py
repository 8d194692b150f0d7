"""How fast an alert is told, repeated, escalated, and when an acknowledgement lapses. Pure.

The table of the alerts document, section 2; the times need clinical sign-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from courses.alerts.opening import OpeningCalendar
from courses.rules.facts import Severity


class Clock(Enum):
    """Which hours count."""

    ALWAYS = "always"
    OPEN = "open"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Wait:
    """A stretch of time on one of the clocks; for working days `minutes` counts days."""

    minutes: int
    clock: Clock = Clock.ALWAYS

    def after(self, at: datetime, calendar: OpeningCalendar) -> datetime:
        """When the wait is over."""
        if self.clock is Clock.WORKING_DAYS:
            return calendar.add_working_days(at, self.minutes)
        wait = timedelta(minutes=self.minutes)
        return at + wait if self.clock is Clock.ALWAYS else calendar.add_open_time(at, wait)


HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True)
class Policy:
    """One column of the table."""

    first: Wait
    repeat: Wait
    escalate: tuple[Wait, ...]
    lapse: Wait
    # How many steps of the chain are told with the first message.
    n_first_steps: int = 1
    is_mailed: bool = True

    def escalation(self, position: int) -> Wait:
        """How long to wait at a step of the chain before the next; those told together count as one."""
        n_steps_taken = max(position - (self.n_first_steps - 1), 0)
        return self.escalate[min(n_steps_taken, len(self.escalate) - 1)]


_WORKING_DAY = Wait(1, Clock.WORKING_DAYS)

POLICIES: dict[Severity, Policy] = {
    Severity.E0: Policy(Wait(0), Wait(5), (Wait(5), Wait(10)), Wait(HOUR), n_first_steps=2),
    Severity.E1: Policy(Wait(0), Wait(15), (Wait(15), Wait(30)), Wait(4 * HOUR), n_first_steps=2),
    Severity.E2: Policy(
        Wait(0, Clock.OPEN),
        Wait(4 * HOUR, Clock.OPEN),
        (Wait(4 * HOUR, Clock.OPEN),),
        _WORKING_DAY,
        n_first_steps=2,
    ),
    Severity.RED: Policy(
        Wait(5, Clock.OPEN), Wait(2 * HOUR, Clock.OPEN), (Wait(4 * HOUR, Clock.OPEN),), Wait(DAY)
    ),
    Severity.AMBER: Policy(Wait(5, Clock.OPEN), _WORKING_DAY, (_WORKING_DAY,), Wait(3 * DAY)),
    Severity.C: Policy(Wait(0, Clock.OPEN), _WORKING_DAY, (_WORKING_DAY,), _WORKING_DAY),
    Severity.REVIEW: Policy(
        Wait(0, Clock.OPEN), Wait(14 * DAY), (Wait(14 * DAY),), Wait(14 * DAY), is_mailed=False
    ),
}
