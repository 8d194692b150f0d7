"""Where the sessions of a plan could lie: proposals for people to change. Values in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
N_ALTERNATIVES = 4
# Where a clinic has not said when it is open.
USUAL_HOURS = {weekday: ((time(8), time(18)),) for weekday in range(1, 6)}

Stretch = tuple[datetime, datetime]


class Conflict(StrEnum):
    """Why a day that was meant cannot be had."""

    HOLIDAY = "holiday"
    NOT_OPEN = "not_open"
    BUSY = "busy"
    NO_DAY = "no_day"


@dataclass(frozen=True)
class Diary:
    """When the clinic is open, and when the practitioner or the patient is taken."""

    zone: ZoneInfo
    hours: Mapping[int, tuple[tuple[time, time], ...]]
    closed_on: Mapping[date, str] = field(default_factory=dict)
    taken: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """When the patient would like to come; no weekday: any."""

    minutes: int = 45
    weekdays: frozenset[int] = frozenset()
    earliest: time = time(8)
    latest: time = time(20)


@dataclass(frozen=True)
class Proposal:
    """One session: the day it was meant for, what is in the way of that, and the times that are free."""

    number: int
    meant_on: date
    times: tuple[datetime, ...]
    conflict: Conflict | None = None
    holiday: str = ""


def remaining_plan(weekly: Sequence[int], n_done: int) -> tuple[int, ...]:
    """The weeks that are left once some sessions are held or booked."""
    left: list[int] = []
    for n_sessions in weekly:
        used = min(n_sessions, n_done)
        n_done -= used
        if n_sessions > used or left:
            left.append(n_sessions - used)
    return tuple(left)


def propose(
    weekly: Sequence[int],
    *,
    first_number: int,
    starts_on: date,
    diary: Diary,
    wishes: Wishes,
    not_before: datetime,
) -> list[Proposal]:
    """A proposal for each session of the plan, week by week, spread over the days that suit.

    The first time of each is the one proposed, the others are alternatives of the same week; none where the
    week has no room. No two sessions fall on one day, and always at about the same hour where that is free.
    """
    proposals: list[Proposal] = []
    taken, hour = list(diary.taken), wishes.earliest
    for week, n_sessions in enumerate(weekly):
        days = [starts_on + timedelta(days=7 * week + offset) for offset in range(7)]
        days = [day for day in days if day >= not_before.astimezone(diary.zone).date()]
        meant = _spread(_suiting(days, diary, wishes), n_sessions)
        used = set(meant)
        for index in range(n_sessions):
            number = first_number + len(proposals)
            one = _proposal(
                number,
                meant[index] if index < len(meant) else None,
                days,
                used,
                taken,
                hour,
                diary,
                wishes,
                not_before,
            )
            proposals.append(one)
            if one.times:
                start = one.times[0].astimezone(diary.zone)
                used.add(start.date())
                taken.append((one.times[0], one.times[0] + timedelta(minutes=wishes.minutes)))
                hour = start.time() if one.conflict is None else hour
    return proposals


def _proposal(
    number: int,
    meant: date | None,
    days: Sequence[date],
    used: Iterable[date],
    taken: Sequence[Stretch],
    hour: time,
    diary: Diary,
    wishes: Wishes,
    not_before: datetime,
) -> Proposal:
    def free_on(day: date, earliest: time, latest: time) -> list[datetime]:
        slots = _free(day, diary, taken, wishes.minutes, earliest, latest)
        return sorted((one for one in slots if one >= not_before), key=lambda one: _apart(one, hour, diary.zone))

    here = free_on(meant, wishes.earliest, wishes.latest) if meant else []
    others = [day for day in days if day != meant and day not in set(used)]
    elsewhere = [slot for day in others for slot in free_on(day, wishes.earliest, wishes.latest)[:1]]
    elsewhere += free_on(meant, time.min, time.max)[:2] if meant else []
    elsewhere += [slot for day in others for slot in free_on(day, time.min, time.max)[:1]]
    times = _unique([*here[:2], *elsewhere])[: N_ALTERNATIVES + 1]
    if here:
        return Proposal(number, here[0].astimezone(diary.zone).date(), tuple(times))
    if meant is None:
        last = days[-1] if days else not_before.astimezone(diary.zone).date()
        return Proposal(number, last, tuple(times), Conflict.NO_DAY)
    holiday = diary.closed_on.get(meant, "")
    if holiday:
        return Proposal(number, meant, tuple(times), Conflict.HOLIDAY, holiday)
    is_open = any(_slots(meant, diary, wishes.minutes, wishes.earliest, wishes.latest))
    return Proposal(number, meant, tuple(times), Conflict.BUSY if is_open else Conflict.NOT_OPEN)


def _suiting(days: Sequence[date], diary: Diary, wishes: Wishes) -> list[date]:
    """The days that were wished for, holidays among them so that they are seen; else the open ones."""
    hours = diary.hours or USUAL_HOURS
    if wishes.weekdays:
        return [day for day in days if day.isoweekday() in wishes.weekdays]
    return [day for day in days if day.isoweekday() in hours]


def _spread(days: Sequence[date], n: int) -> list[date]:
    """Some of the days, evenly apart; all of them where they are too few."""
    if len(days) <= n:
        return list(days)
    return [days[((2 * index + 1) * len(days)) // (2 * n)] for index in range(n)]


def _free(
    day: date, diary: Diary, taken: Sequence[Stretch], minutes: int, earliest: time, latest: time
) -> Iterator[datetime]:
    """The starts of a day that clash with nothing."""
    if day in diary.closed_on:
        return
    length = timedelta(minutes=minutes)
    for start in _slots(day, diary, minutes, earliest, latest):
        if not any(begin < start + length and start < end for begin, end in taken):
            yield start


def _slots(day: date, diary: Diary, minutes: int, earliest: time, latest: time) -> Iterator[datetime]:
    """The starts that opening hours and wishes allow."""
    for opens, closes in (diary.hours or USUAL_HOURS).get(day.isoweekday(), ()):
        start = datetime.combine(day, max(opens, earliest), tzinfo=diary.zone)
        end = datetime.combine(day, min(closes, latest), tzinfo=diary.zone)
        while start + timedelta(minutes=minutes) <= end:
            yield start
            start += STEP


def _apart(slot: datetime, hour: time, zone: ZoneInfo) -> timedelta:
    """How far a start is from the usual hour of the day."""
    local = slot.astimezone(zone)
    return abs(local - datetime.combine(local.date(), hour, tzinfo=zone))


def _unique(slots: Iterable[datetime]) -> list[datetime]:
    return list(dict.fromkeys(slots))
