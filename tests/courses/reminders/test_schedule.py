"""When a patient may be written to."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.reminders.schedule import morning_after, next_permitted, the_day_before

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def wall(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("appointment", "reminder"),
    [
        ("2026-03-12 11:00", "2026-03-11 11:00"),
        ("2026-03-12 08:00", "2026-03-11 08:00"),
        ("2026-03-12 20:00", "2026-03-11 20:00"),
        ("2026-03-12 20:30", "2026-03-11 20:00"),
        ("2026-03-12 07:30", "2026-03-10 20:00"),
        ("2026-03-12 00:15", "2026-03-10 20:00"),
        # The clocks change in the night between.
        ("2026-03-29 10:00", "2026-03-28 10:00"),
        ("2026-10-25 10:00", "2026-10-24 10:00"),
    ],
)
def test_day_before_at_the_same_wall_time_or_the_nearest_earlier(appointment, reminder):
    assert the_day_before(wall(appointment), BERLIN) == wall(reminder)


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_wall_time_is_the_clinics_wherever_it_is(day):
    appointment = wall(f"{day} 09:00", NEW_YORK)
    assert the_day_before(appointment, NEW_YORK).astimezone(NEW_YORK).hour == 9


@pytest.mark.parametrize(
    ("session", "check_in"),
    [
        ("2026-03-11 11:00", "2026-03-12 10:00"),
        ("2026-03-11 23:30", "2026-03-12 10:00"),
        ("2026-03-12 00:30", "2026-03-13 10:00"),
        ("2026-03-28 18:00", "2026-03-29 10:00"),
        ("2026-10-24 18:00", "2026-10-25 10:00"),
    ],
)
def test_check_in_comes_the_next_morning(session, check_in):
    assert morning_after(wall(session), BERLIN, n_days=1) == wall(check_in)


@pytest.mark.parametrize("session", ["2026-03-27 18:00", "2026-10-23 18:00"])
def test_day_three_follows_the_wall_clock(session):
    asked_at = morning_after(wall(session), BERLIN, n_days=3).astimezone(BERLIN)
    assert (asked_at.day, asked_at.hour) == (int(session[8:10]) + 3, 10)


@pytest.mark.parametrize(
    ("at", "permitted"),
    [
        ("2026-03-11 08:00", "2026-03-11 08:00"),
        ("2026-03-11 20:00", "2026-03-11 20:00"),
        ("2026-03-11 20:01", "2026-03-12 08:00"),
        ("2026-03-11 23:59", "2026-03-12 08:00"),
        ("2026-03-12 00:00", "2026-03-12 08:00"),
        ("2026-03-12 07:59", "2026-03-12 08:00"),
        ("2026-03-28 22:00", "2026-03-29 08:00"),
        ("2026-10-24 22:00", "2026-10-25 08:00"),
    ],
)
def test_night_waits_for_the_morning(at, permitted):
    assert next_permitted(wall(at), BERLIN) == wall(permitted)


MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
ZONES = st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Auckland")])


@given(MOMENTS, ZONES)
def test_nobody_is_written_to_at_night(at, zone):
    for planned in (the_day_before(at, zone), morning_after(at, zone, n_days=3), next_permitted(at, zone)):
        assert time(8) <= planned.astimezone(zone).time().replace(second=0) <= time(20)


@given(MOMENTS, ZONES)
def test_reminder_comes_the_day_before_and_never_much_earlier(at, zone):
    ahead = at - the_day_before(at, zone)
    assert timedelta(hours=23) <= ahead <= timedelta(hours=24 + 13)


@given(MOMENTS, ZONES)
def test_waiting_for_the_morning_is_short_and_forward(at, zone):
    assert timedelta(0) <= next_permitted(at, zone) - at <= timedelta(hours=13)
