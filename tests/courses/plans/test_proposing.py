"""Where the sessions of a plan could lie."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from courses.plans.proposing import Conflict, Diary, Wishes, propose, remaining_plan

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = {weekday: ((time(9), time(12)), (time(14), time(18))) for weekday in range(1, 6)}
MONDAY = date(2026, 3, 9)


def local(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=BERLIN)


@pytest.fixture
def proposals():
    """Proposals from a Monday on; everything is open on weekdays unless told otherwise."""

    def of(weekly, *, diary=None, at=datetime(2026, 3, 8, tzinfo=UTC), **wishes):
        diary = diary or Diary(BERLIN, WEEKDAYS)
        return propose(
            weekly, first_number=1, starts_on=MONDAY, diary=diary, wishes=Wishes(**wishes), not_before=at
        )

    return of


def starts(found):
    return [one.times[0].astimezone(BERLIN) for one in found]


def test_sessions_are_spread_over_the_week_at_one_hour(proposals):
    found = proposals([3, 2])
    assert [(one.isoweekday(), one.hour) for one in starts(found)] == [(1, 9), (3, 9), (5, 9), (2, 9), (4, 9)]
    assert [one.number for one in found] == [1, 2, 3, 4, 5]


def test_wished_days_and_hours_are_kept(proposals):
    found = proposals([2, 2], weekdays=frozenset({2, 4}), earliest=time(16), latest=time(18))
    assert [(one.isoweekday(), one.hour) for one in starts(found)] == [(2, 16), (4, 16), (2, 16), (4, 16)]


def test_holiday_is_marked_and_another_day_of_the_week_proposed(proposals):
    diary = Diary(BERLIN, WEEKDAYS, closed_on={MONDAY + timedelta(days=2): "Founders' day"})
    (one,) = proposals([1], diary=diary, weekdays=frozenset({3}))
    assert (one.conflict, one.holiday, one.meant_on) == (Conflict.HOLIDAY, "Founders' day", date(2026, 3, 11))
    assert one.times[0].astimezone(BERLIN).date() != one.meant_on
    assert MONDAY <= one.times[0].astimezone(BERLIN).date() < MONDAY + timedelta(days=7)


def test_day_on_which_the_clinic_is_closed_is_marked(proposals):
    (one,) = proposals([1], weekdays=frozenset({6}))
    assert one.conflict is Conflict.NOT_OPEN
    assert one.times


def test_taken_hour_moves_within_the_day(proposals):
    busy = (local(MONDAY + timedelta(days=2), 9), local(MONDAY + timedelta(days=2), 10))
    (one,) = proposals([1], diary=Diary(BERLIN, WEEKDAYS, taken=(busy,)))
    assert (one.conflict, starts([one])[0]) == (None, local(MONDAY + timedelta(days=2), 10))


def test_full_day_is_marked_as_busy(proposals):
    day = MONDAY + timedelta(days=2)
    busy = (local(day, 8), local(day, 19))
    (one,) = proposals([1], diary=Diary(BERLIN, WEEKDAYS, taken=(busy,)))
    assert one.conflict is Conflict.BUSY
    assert starts([one])[0].date() != day


def test_no_two_sessions_fall_on_one_day(proposals):
    found = proposals([5, 5])
    days = [one.date() for one in starts(found)]
    assert len(set(days)) == 10


def test_week_with_too_few_days_says_so(proposals):
    found = proposals([7], diary=Diary(BERLIN, {1: WEEKDAYS[1]}))
    assert [one.conflict for one in found] == [None, *[Conflict.NO_DAY] * 6]


def test_nothing_is_proposed_in_the_past(proposals):
    at = local(MONDAY + timedelta(days=2), 11)
    found = proposals([3], at=at)
    assert min(starts(found)) >= at


def test_alternatives_are_free_and_differ(proposals):
    (one,) = proposals([1])
    assert len(one.times) == len(set(one.times)) > 1


def test_same_wall_time_across_the_change_of_the_clocks(proposals):
    found = proposals([1] * 4, weekdays=frozenset({3}), earliest=time(10))
    assert {one.hour for one in starts(found)} == {10}
    assert len({one.times[0].astimezone(UTC).hour for one in found}) == 2


def test_clinic_without_hours_is_open_on_weekdays(proposals):
    found = proposals([2], diary=Diary(BERLIN, {}))
    assert all(one.isoweekday() < 6 and 8 <= one.hour < 18 for one in starts(found))


@pytest.mark.parametrize(
    ("n_done", "left"), [(0, (3, 3, 2, 2)), (2, (1, 3, 2, 2)), (3, (3, 2, 2)), (7, (1, 2)), (10, ()), (12, ())]
)
def test_what_is_held_or_booked_is_not_proposed_again(n_done, left):
    assert remaining_plan([3, 3, 2, 2], n_done) == left
