"""The same wall time in another zone, across every change of clocks of zones with unusual ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courses.zones.walls import Span, same_wall, same_wall_span

# North and south of the equator, a change of half an hour, none at all, one that skipped a whole day.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Pacific/Apia",
)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
zones = st.sampled_from(ZONES).map(ZoneInfo)


def changes_of(zone: str, year: int = 2026) -> list[datetime]:
    """The minutes of a year in which a zone changes its clocks."""
    info, at, found = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), []
    while at.year == year:
        later = at + HOUR
        if at.astimezone(info).utcoffset() != later.astimezone(info).utcoffset():
            before = at.astimezone(info).utcoffset()
            found.append(next(at + n * MINUTE for n in range(1, 61) if off(at + n * MINUTE, info) != before))
        at = later
    return found


def off(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


# Hours on both sides of every change of 2026 in every zone, and any minute of the year.
AROUND = [at + n * 30 * MINUTE for zone in ZONES for at in changes_of(zone) for n in range(-8, 9)]
moments = st.one_of(
    st.sampled_from(AROUND),
    st.integers(0, 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * MINUTE),
)


def test_at_least_four_zones_change_their_clocks_twice_a_year():
    assert sum(len(changes_of(zone)) == 2 for zone in ZONES) >= 4


@given(at=moments, old=zones, new=zones)
@example(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin"))
def test_clock_shows_the_same_or_the_time_never_exists(at, old, new):
    found = same_wall(at, old, new)
    if not found.is_skipped:
        assert wall(found.at, new) == wall(at, old)
        return
    # The new clock shows it at no moment nearby; the visit is as much later as the clock is put forward.
    near = (found.at + n * MINUTE for n in range(-26 * 60, 26 * 60))
    assert all(wall(one, new) != wall(at, old) for one in near)
    assert HOUR / 2 <= wall(found.at, new) - wall(at, old) <= HOUR


@given(at=moments, old=zones, new=zones)
def test_there_and_back_is_where_it_was(at, old, new):
    """If both clocks show the time once."""
    there = same_wall(at, old, new)
    twice = [is_twice(there.at, new), is_twice(at, old)]
    if not there.is_skipped and not any(twice):
        assert same_wall(there.at, new, old).at == at


@given(at=moments, zone=zones)
def test_same_zone_moves_nothing(at, zone):
    assert same_wall(at, zone, zone).at == at


@given(at=moments, minutes=st.integers(15, 180), old=zones, new=zones)
def test_stretch_stays_a_stretch_and_keeps_its_length_or_both_walls(at, minutes, old, new):
    ends_at = at + minutes * MINUTE
    found = same_wall_span(at, ends_at, old, new)
    assert found.ends_at > found.starts_at
    has_walls = (wall(found.starts_at, new), wall(found.ends_at, new)) == (wall(at, old), wall(ends_at, old))
    assert has_walls or found.ends_at - found.starts_at == ends_at - at


def is_twice(at: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock also shows this time at another moment."""
    local = at.astimezone(zone)
    return off_of(local, 0) != off_of(local, 1)


def off_of(local: datetime, fold: int) -> timedelta | None:
    return local.replace(fold=fold).utcoffset()


@pytest.mark.parametrize(
    ("zone", "typed", "kept"),
    [
        # Put forward: 2:30 does not exist there on that day.
        ("Europe/Berlin", (2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("America/New_York", (2026, 3, 8, 2, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), datetime(2026, 10, 3, 15, 45, tzinfo=UTC)),
    ],
)
def test_time_that_does_not_exist_is_named_and_later(zone, typed, kept):
    tokyo = ZoneInfo("Asia/Tokyo")
    found = same_wall(datetime(*typed, tzinfo=tokyo), tokyo, ZoneInfo(zone))
    assert (found.at, found.is_skipped) == (kept, True)


def test_time_that_is_shown_twice_is_the_first_one():
    tokyo, berlin = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
    found = same_wall(datetime(2026, 10, 25, 2, 30, tzinfo=tokyo), tokyo, berlin)
    assert (found.at, found.is_skipped) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), False)


def test_visit_that_ends_in_the_gap_keeps_its_length():
    tokyo, berlin = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
    starts_at = datetime(2026, 3, 29, 1, 45, tzinfo=tokyo)
    found = same_wall_span(starts_at, starts_at + 45 * MINUTE, tokyo, berlin)
    first = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)
    assert found == Span(first, first + 45 * MINUTE, is_skipped=True)
