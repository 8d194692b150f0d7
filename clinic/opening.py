"""When a clinic is open, and how long a wait is in open hours. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

# A clinic closed for longer than this counts as open, because an alert must not wait for ever.
HORIZON_DAYS = 60

# Used where a clinic has not entered its opening hours: Monday to Friday.
USUAL_DAY = (time(8), time(18))
USUAL_HOURS = dict.fromkeys(range(1, 6), (USUAL_DAY,))

Hours = Mapping[int, tuple[tuple[time, time], ...]]


class OpenStretch(Protocol):
    """A stretch of a weekday in which a clinic is open."""

    @property
    def weekday(self) -> int:
        """The ISO weekday."""

    @property
    def opens_at(self) -> time:
        """In wall time."""

    @property
    def closes_at(self) -> time:
        """In wall time."""


class ClosedDay(Protocol):
    """A day on which a clinic is closed."""

    @property
    def on(self) -> date:
        """The day."""


def hours_by_weekday(stretches: Iterable[OpenStretch]) -> Hours:
    """The stretches of each ISO weekday, in the order in which they come."""
    hours: dict[int, tuple[tuple[time, time], ...]] = {}
    for one in stretches:
        hours[one.weekday] = (*hours.get(one.weekday, ()), (one.opens_at, one.closes_at))
    return hours


@dataclass(frozen=True)
class OpeningCalendar:
    """Opening hours by ISO weekday in wall time, and closed days; always open if there are no hours."""

    zone: ZoneInfo
    hours: Hours = field(default_factory=dict)
    closed_on: frozenset[date] = frozenset()

    @classmethod
    def of(
        cls, zone: ZoneInfo, stretches: Iterable[OpenStretch], closed_days: Iterable[ClosedDay]
    ) -> OpeningCalendar:
        """The calendar that a clinic's rows make."""
        return cls(zone, hours_by_weekday(stretches), frozenset(day.on for day in closed_days))

    def is_open(self, at: datetime) -> bool:
        """Whether the clinic is open at an instant."""
        return self.next_opening(at) == at

    def next_opening(self, at: datetime) -> datetime:
        """The instant itself if the clinic is open, otherwise its next opening."""
        opens_at, _closes_at = next(self._stretches(at), (at, at))
        return max(opens_at, at)

    def is_open_throughout(self, start: datetime, end: datetime) -> bool:
        """Whether one stretch of open time holds both; without any hours: on every day but those closed."""
        first, last = start.astimezone(self.zone), end.astimezone(self.zone)
        if first.date() in self.closed_on:
            return False
        if not self.hours:
            return True
        stretches = self.hours.get(first.isoweekday(), ())
        return first.date() == last.date() and any(
            opens <= first.time() and last.time() <= closes for opens, closes in stretches
        )

    def add_open_time(self, at: datetime, wait: timedelta) -> datetime:
        """The instant when so much open time has passed."""
        for opens_at, closes_at in self._stretches(at):
            start = max(opens_at, at)
            if closes_at - start >= wait:
                return start + wait
            wait -= closes_at - start
        return at + wait

    def add_working_days(self, at: datetime, n_days: int) -> datetime:
        """The same wall time so many open days later, moved into opening hours."""
        day = at.astimezone(self.zone)
        for _step in range(n_days):
            day += timedelta(days=1)
            while not self._is_open_day(day.date()) and day - at < timedelta(days=HORIZON_DAYS):
                day += timedelta(days=1)
        return self.next_opening(day.astimezone(UTC))

    def next_wall_time(self, at: datetime, wall: time) -> datetime:
        """The next instant at which the clinic's clock shows a time, open or not."""
        today = at.astimezone(self.zone).date()
        days = (today + timedelta(days=n_days) for n_days in range(3))
        return next(instant for instant in (self._instant(day, wall) for day in days) if instant > at)

    def _is_open_day(self, day: date) -> bool:
        return not self.hours or (day not in self.closed_on and day.isoweekday() in self.hours)

    def _stretches(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches that end after an instant, in order."""
        if not self.hours:
            yield at, at + timedelta(days=HORIZON_DAYS)
            return
        today = at.astimezone(self.zone).date()
        for n_days in range(HORIZON_DAYS):
            day = today + timedelta(days=n_days)
            if day in self.closed_on:
                continue
            for opens_at, closes_at in self.hours.get(day.isoweekday(), ()):
                closing = self._instant(day, closes_at)
                if closing > at:
                    yield self._instant(day, opens_at), closing

    def _instant(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)
