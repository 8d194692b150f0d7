"""How fast an alert is sent, repeated and escalated, and when an acknowledgement expires. Pure.

The table of the alerts document, section 2; the times need clinical sign-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from clinic.opening import OpeningCalendar
from courses.alerts.digest_hour import DIGEST_AT
from courses.rules.facts import Severity


class Clock(Enum):
    """Which hours count."""

    ALWAYS = "always"
    OPEN = "open"
    WORKING_DAYS = "working_days"
    # All hours count; a wait that ends outside opening hours is extended to the next opening.
    THEN_OPEN = "then_open"
    # Until the next digest, whatever the length.
    DIGEST = "digest"


@dataclass(frozen=True)
class Wait:
    """A length of time on one of the clocks; for working days `minutes` counts days."""

    minutes: int
    clock: Clock = Clock.ALWAYS

    def after(self, at: datetime, calendar: OpeningCalendar) -> datetime:
        """When the wait ends."""
        wait = timedelta(minutes=self.minutes)
        match self.clock:
            case Clock.WORKING_DAYS:
                return calendar.add_working_days(at, self.minutes)
            case Clock.DIGEST:
                return calendar.next_wall_time(at, DIGEST_AT)
            case Clock.OPEN:
                return calendar.add_open_time(at, wait)
            case Clock.THEN_OPEN:
                return calendar.next_opening(at + wait)
            case Clock.ALWAYS:
                return at + wait

    def latest(self, at: datetime, calendar: OpeningCalendar) -> datetime:
        """The latest end of the wait, if it began no later than at an instant."""
        if self.clock is Clock.WORKING_DAYS:
            # A wait that ends after closing time is extended to the next open day, so an earlier start may end
            # later.
            return calendar.add_working_days(at, self.minutes + 1)
        return self.after(at, calendar)


HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True)
class Policy:
    """One column of the table."""

    first: Wait
    repeat: Wait
    escalate: tuple[Wait, ...]
    lapse: Wait
    # How many steps of the chain are alerted with the first message.
    n_first_steps: int = 1
    is_mailed: bool = True

    def escalation(self, position: int) -> Wait | None:
        """How long to wait at a step of the chain before the next; steps alerted together count as one.

        None if nobody else is ever alerted.
        """
        if not self.escalate:
            return None
        n_steps_taken = max(position - (self.n_first_steps - 1), 0)
        return self.escalate[min(n_steps_taken, len(self.escalate) - 1)]


_WORKING_DAY = Wait(1, Clock.WORKING_DAYS)
_DAILY = Wait(DAY, Clock.THEN_OPEN)
_DIGEST = Wait(0, Clock.DIGEST)
_FOUR_OPEN_HOURS = Wait(4 * HOUR, Clock.OPEN)

POLICIES: dict[Severity, Policy] = {
    Severity.E0: Policy(Wait(0), Wait(5), (Wait(5), Wait(10)), Wait(HOUR), n_first_steps=2),
    Severity.E1: Policy(Wait(0), Wait(15), (Wait(15), Wait(30)), Wait(4 * HOUR), n_first_steps=2),
    Severity.E2: Policy(Wait(0, Clock.OPEN), _FOUR_OPEN_HOURS, (_FOUR_OPEN_HOURS,), _WORKING_DAY, n_first_steps=2),
    Severity.RED: Policy(Wait(5, Clock.OPEN), Wait(2 * HOUR, Clock.OPEN), (_FOUR_OPEN_HOURS,), Wait(DAY)),
    Severity.AMBER: Policy(Wait(5, Clock.OPEN), _DAILY, (_WORKING_DAY,), Wait(3 * DAY)),
    Severity.C: Policy(Wait(0, Clock.OPEN), _DAILY, (_WORKING_DAY,), _WORKING_DAY),
    Severity.REVIEW: Policy(_DIGEST, _DIGEST, (), Wait(14 * DAY), is_mailed=False),
}
