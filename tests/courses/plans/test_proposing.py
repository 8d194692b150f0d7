"""Possible times for the sessions of a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.plans.proposing import Conflict, Diary, Wishes, propose, remaining_plan

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = {weekday: ((time(9), time(12)), (time(14), time(18))) for weekday in range(1, 6)}
MONDAY = date(2026, 3, 9)


def local(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=BERLIN)


@pytest.fixture
def proposals():
    """Proposals from a Monday on; by default everything is open on weekdays."""

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


def test_holiday_is_marked_and_no_day_proposed_that_nobody_chose(proposals):
    diary = Diary(BERLIN, WEEKDAYS, closed_on={MONDAY + timedelta(days=2): "Founders' day"})
    (one,) = proposals([1], diary=diary, weekdays=frozenset({3}))
    assert (one.conflict, one.holiday, one.meant_on) == (Conflict.HOLIDAY, "Founders' day", date(2026, 3, 11))
    assert (one.is_placed, one.times) == (False, ())
    assert one.elsewhere


def test_holiday_leads_to_another_chosen_day(proposals):
    diary = Diary(BERLIN, WEEKDAYS, closed_on={MONDAY + timedelta(days=2): "Founders' day"})
    (one,) = proposals([1], diary=diary, weekdays=frozenset({1, 3, 5}))
    assert (one.conflict, one.meant_on) == (Conflict.HOLIDAY, date(2026, 3, 11))
    assert starts([one])[0].isoweekday() in {1, 5}


def test_day_on_which_the_clinic_is_closed_is_marked(proposals):
    (one,) = proposals([1], weekdays=frozenset({6}))
    assert (one.conflict, one.is_placed) == (Conflict.NOT_OPEN, False)
    assert one.elsewhere


def test_taken_hour_moves_within_the_day(proposals):
    busy = (local(MONDAY + timedelta(days=2), 9), local(MONDAY + timedelta(days=2), 10))
    (one,) = proposals([1], diary=Diary(BERLIN, WEEKDAYS, taken=(busy,)))
    assert (one.conflict, starts([one])[0]) == (None, local(MONDAY + timedelta(days=2), 10))


def test_session_fits_exactly_between_two_others(proposals):
    day = MONDAY + timedelta(days=2)
    before, after = (local(day, 9), local(day, 10)), (local(day, 10, 45), local(day, 18))
    (one,) = proposals(
        [1], diary=Diary(BERLIN, WEEKDAYS, taken=(before, after)), minutes=45, weekdays=frozenset({3})
    )
    assert [moment.astimezone(BERLIN) for moment in one.times] == [local(day, 10)]


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


@st.composite
def weeks_of_a_clinic(draw):
    """A plan, chosen days and hours, opening hours, holidays, and somebody who is busy now and then."""
    clock = st.integers(8, 12)
    hours = {
        weekday: ((time(draw(clock)), time(draw(st.integers(13, 19)))),)
        for weekday in draw(st.sets(st.integers(1, 7), min_size=1))
    }
    first = [MONDAY + timedelta(days=n_days) for n_days in draw(st.sets(st.integers(0, 34), max_size=10))]
    busy = [
        (local(MONDAY + timedelta(days=n_days), begin), local(MONDAY + timedelta(days=n_days), begin + length))
        for n_days, begin, length in draw(
            st.lists(st.tuples(st.integers(0, 34), st.integers(7, 17), st.integers(1, 6)), max_size=25)
        )
    ]
    diary = Diary(BERLIN, hours, closed_on=dict.fromkeys(first, "closed"), taken=tuple(busy))
    wishes = Wishes(
        minutes=draw(st.sampled_from([30, 45, 60, 90])),
        weekdays=frozenset(draw(st.sets(st.integers(1, 7)))),
        earliest=time(draw(st.integers(7, 13))),
        latest=time(draw(st.integers(14, 20))),
    )
    at = local(MONDAY, 0) + timedelta(hours=draw(st.integers(-24, 24 * 9)))
    return draw(st.lists(st.integers(0, 7), min_size=1, max_size=5)), diary, wishes, at


@given(weeks_of_a_clinic())
@settings(max_examples=300)
def test_each_is_placed_on_a_chosen_day_in_order_and_free_or_says_why_not(drawn):
    weekly, diary, wishes, at = drawn
    found = propose(weekly, first_number=1, starts_on=MONDAY, diary=diary, wishes=wishes, not_before=at)
    assert [one.number for one in found] == list(range(1, sum(weekly) + 1))
    placed = [one for one in found if one.is_placed]
    begins = starts(placed)
    assert begins == sorted(begins)
    assert len({one.date() for one in begins}) == len(begins)
    length = timedelta(minutes=wishes.minutes)
    for proposal in placed:
        for slot in proposal.times:
            start = slot.astimezone(BERLIN)
            end = start + length
            assert not wishes.weekdays or start.isoweekday() in wishes.weekdays
            assert start.date() not in diary.closed_on
            assert wishes.earliest <= start.time()
            assert end.time() <= wishes.latest
            assert any(
                opens <= start.time() and end.time() <= shuts for opens, shuts in diary.hours[start.isoweekday()]
            )
            assert not any(begin < end and start < over for begin, over in diary.taken)
            assert slot >= at
    assert all(one.conflict is not None for one in found if not one.is_placed)
    _no_room_was_left(found, weekly, diary, wishes, at)


def _no_room_was_left(found, weekly, diary, wishes, at):
    """A session is left out only if each chosen day of its week is used or has no room."""
    number = 0
    for week, n_sessions in enumerate(weekly):
        here, number = found[number : number + n_sessions], number + n_sessions
        used = {one.date() for one in starts([one for one in here if one.is_placed])}
        if len(used) == n_sessions:
            continue
        for n_days in range(7):
            day = MONDAY + timedelta(days=7 * week + n_days)
            (alone,) = propose(
                [1],
                first_number=1,
                starts_on=day,
                diary=diary,
                wishes=replace(wishes, weekdays=frozenset({day.isoweekday()})),
                not_before=at,
            )
            is_chosen = day.isoweekday() in (wishes.weekdays or diary.hours)
            assert day in used or not is_chosen or not alone.is_placed
