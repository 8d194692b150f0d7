"""When a clinic is open, and how long a wait is in open hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.opening import OpeningCalendar

BERLIN = ZoneInfo("Europe/Berlin")
DAY = ((time(8), time(12)), (time(14), time(18)))
WEEK = OpeningCalendar(BERLIN, dict.fromkeys(range(1, 6), DAY))
ALWAYS = OpeningCalendar(BERLIN)
HOUR = timedelta(hours=1)


def wall(text: str) -> datetime:
    """An instant by the clinic's wall time; the 11th of March 2026 is a Wednesday."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-03-11 08:00", True),
        ("2026-03-11 07:59", False),
        ("2026-03-11 11:59", True),
        ("2026-03-11 12:00", False),
        ("2026-03-11 14:00", True),
        ("2026-03-11 18:00", False),
        ("2026-03-14 10:00", False),
    ],
)
def test_open_from_the_first_minute_to_the_last(at, is_open):
    assert WEEK.is_open(wall(at)) is is_open


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-03-11 09:30", "2026-03-11 09:30"),
        ("2026-03-11 12:30", "2026-03-11 14:00"),
        ("2026-03-11 22:00", "2026-03-12 08:00"),
        ("2026-03-12 03:00", "2026-03-12 08:00"),
        ("2026-03-13 18:00", "2026-03-16 08:00"),
        ("2026-03-15 12:00", "2026-03-16 08:00"),
    ],
)
def test_next_opening(at, opening):
    assert WEEK.next_opening(wall(at)) == wall(opening)


@pytest.mark.parametrize(
    ("at", "hours", "then"),
    [
        ("2026-03-11 09:00", 0, "2026-03-11 09:00"),
        ("2026-03-11 09:00", 3, "2026-03-11 12:00"),
        ("2026-03-11 11:00", 4, "2026-03-11 17:00"),
        ("2026-03-11 17:00", 4, "2026-03-12 11:00"),
        ("2026-03-11 23:00", 1, "2026-03-12 09:00"),
        ("2026-03-13 16:00", 4, "2026-03-16 10:00"),
    ],
)
def test_open_time_is_counted_while_open(at, hours, then):
    assert WEEK.add_open_time(wall(at), hours * HOUR) == wall(then)


@pytest.mark.parametrize(
    ("at", "n_days", "then"),
    [
        ("2026-03-11 09:00", 1, "2026-03-12 09:00"),
        ("2026-03-13 09:00", 1, "2026-03-16 09:00"),
        ("2026-03-12 09:00", 2, "2026-03-16 09:00"),
        ("2026-03-11 13:00", 1, "2026-03-12 14:00"),
        ("2026-03-11 20:00", 1, "2026-03-13 08:00"),
    ],
)
def test_working_days_skip_the_weekend(at, n_days, then):
    assert WEEK.add_working_days(wall(at), n_days) == wall(then)


class TestHolidays:
    CALENDAR = OpeningCalendar(BERLIN, WEEK.hours, frozenset({date(2026, 3, 12), date(2026, 3, 13)}))

    def test_are_closed(self):
        assert not self.CALENDAR.is_open(wall("2026-03-12 10:00"))
        assert self.CALENDAR.next_opening(wall("2026-03-11 19:00")) == wall("2026-03-16 08:00")

    def test_count_neither_as_open_time_nor_as_working_days(self):
        at = wall("2026-03-11 17:00")
        assert self.CALENDAR.add_open_time(at, 2 * HOUR) == wall("2026-03-16 09:00")
        assert self.CALENDAR.add_working_days(at, 1) == wall("2026-03-16 17:00")

    def test_day_is_the_clinics(self):
        """A quarter past midnight in Berlin is still the day before in UTC."""
        calendar = OpeningCalendar(
            BERLIN, {n: ((time(0), time(23)),) for n in range(1, 8)}, frozenset({date(2026, 3, 12)})
        )
        assert not calendar.is_open(wall("2026-03-12 00:15"))
        assert calendar.is_open(wall("2026-03-13 00:15"))


class TestWithoutHours:
    @pytest.mark.parametrize("at", ["2026-03-11 03:00", "2026-03-15 12:00"])
    def test_is_always_open(self, at):
        assert ALWAYS.is_open(wall(at))
        assert ALWAYS.add_open_time(wall(at), 5 * HOUR) == wall(at) + 5 * HOUR

    def test_every_day_is_a_working_day(self):
        assert ALWAYS.add_working_days(wall("2026-03-13 20:00"), 1) == wall("2026-03-14 20:00")

    def test_holiday_closes_nothing(self):
        calendar = OpeningCalendar(BERLIN, {}, frozenset({date(2026, 3, 11)}))
        assert calendar.is_open(wall("2026-03-11 10:00"))


class TestSummerTime:
    NIGHT = OpeningCalendar(BERLIN, {7: ((time(1), time(5)),), 1: ((time(8), time(18)),)})

    def test_begins_with_an_hour_less(self):
        assert self.NIGHT.add_open_time(wall("2026-03-29 01:00"), 3 * HOUR) == wall("2026-03-29 05:00")

    def test_ends_with_an_hour_more(self):
        assert self.NIGHT.add_open_time(wall("2026-10-25 01:00"), 5 * HOUR) == wall("2026-10-25 05:00")

    @pytest.mark.parametrize(
        ("at", "opening"),
        [("2026-03-28 20:00", "2026-03-30 08:00"), ("2026-10-24 20:00", "2026-10-26 08:00")],
    )
    def test_opening_stays_at_its_wall_time(self, at, opening):
        assert WEEK.next_opening(wall(at)) == wall(opening)

    @pytest.mark.parametrize(
        ("at", "then"),
        [("2026-03-27 10:00", "2026-03-30 10:00"), ("2026-10-23 10:00", "2026-10-26 10:00")],
    )
    def test_working_day_keeps_its_wall_time(self, at, then):
        assert WEEK.add_working_days(wall(at), 1) == wall(then)


class TestClosedForLong:
    CALENDAR = OpeningCalendar(
        BERLIN, WEEK.hours, frozenset(date(2026, 3, 11) + timedelta(days=n) for n in range(90))
    )

    def test_counts_as_open_rather_than_waiting_for_ever(self):
        at = wall("2026-03-11 10:00")
        assert self.CALENDAR.next_opening(at) == at
        assert self.CALENDAR.add_open_time(at, HOUR) == at + HOUR

    def test_working_days_end(self):
        at = wall("2026-03-11 10:00")
        assert at < self.CALENDAR.add_working_days(at, 1) <= at + timedelta(days=120)


INSTANTS = st.integers(0, 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
WAITS = st.integers(0, 72 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(INSTANTS, WAITS)
def test_open_time_ends_while_open_or_at_closing_and_never_early(at, wait):
    then = WEEK.add_open_time(at, wait)
    assert then >= at + wait
    assert WEEK.is_open(then) or WEEK.is_open(then - timedelta(microseconds=1))


@given(INSTANTS, WAITS, WAITS)
def test_longer_wait_never_ends_sooner(at, wait, more):
    assert WEEK.add_open_time(at, wait + more) >= WEEK.add_open_time(at, wait)


@given(INSTANTS, st.integers(0, 10))
def test_working_days_end_while_open_and_not_before_so_many_days(at, n_days):
    then = WEEK.add_working_days(at, n_days)
    assert WEEK.is_open(then)
    assert then - at >= timedelta(days=n_days) - HOUR
