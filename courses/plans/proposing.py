"""Proposes times for the sessions of a plan, which people can change. Values in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic.opening import USUAL_HOURS, Hours

STEP = timedelta(minutes=15)
N_ALTERNATIVES = 4

Stretch = tuple[datetime, datetime]


class Conflict(StrEnum):
    """Why a requested day is not available."""

    HOLIDAY = "holiday"
    NOT_OPEN = "not_open"
    BUSY = "busy"
    NO_DAY = "no_day"


@dataclass(frozen=True)
class Diary:
    """When the clinic is open, and when the practitioner or the patient is busy."""

    zone: ZoneInfo
    hours: Hours
    closed_on: Mapping[date, str] = field(default_factory=dict)
    taken: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """When the patient would like to come; no weekday means any."""

    minutes: int = 45
    weekdays: frozenset[int] = frozenset()
    earliest: time = time(8)
    latest: time = time(20)


@dataclass(frozen=True)
class Proposal:
    """One session: the requested day, the conflict on that day, and the free times.

    `times` are on the chosen days, and the first one is proposed; without any, the session is not placed.
    `elsewhere` are free times of that week on other days or at other hours.
    """

    number: int
    meant_on: date
    times: tuple[datetime, ...]
    conflict: Conflict | None = None
    holiday: str = ""
    elsewhere: tuple[datetime, ...] = ()

    @property
    def is_placed(self) -> bool:
        """Whether a chosen day has room for it."""
        return bool(self.times)


def remaining_plan(weekly: Sequence[int], n_done: int) -> tuple[int, ...]:
    """The weeks that remain after sessions were held or booked."""
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
    """A proposal for each session of the plan, week by week, in the order of their days.

    Sessions are only on chosen days, spread over the week, no two on one day, and at about the same hour if that
    is free. If a week has fewer chosen days with room than sessions, its last sessions are not placed, each
    with the reason and the free times on other days.
    """
    proposals: list[Proposal] = []
    hour = wishes.earliest
    for week, n_sessions in enumerate(weekly):
        if not n_sessions:
            continue
        days = _Days(
            [starts_on + timedelta(days=7 * week + offset) for offset in range(7)], diary, wishes, not_before
        )
        chosen, hindered = days.place(n_sessions)
        for index in range(n_sessions):
            number = first_number + len(proposals)
            if index < len(chosen):
                one = days.placed(number, chosen[index], hindered.get(index), hour)
                hour = one.times[0].astimezone(diary.zone).time() if one.conflict is None else hour
            else:
                one = days.unplaced(number, hindered.get(index), hour, used=chosen)
            proposals.append(one)
    return proposals


class _Days:
    """The days of one week: which are chosen, which have room, and the conflict on the others."""

    def __init__(self, days: Sequence[date], diary: Diary, wishes: Wishes, not_before: datetime) -> None:
        self.diary, self.wishes, self.not_before = diary, wishes, not_before
        today = not_before.astimezone(diary.zone).date()
        self.days = [day for day in days if day >= today]
        self.last = days[-1]
        self.suiting = _suiting(self.days, diary, wishes)
        self.free = [day for day in self.suiting if self._free_on(day)]

    def place(self, n: int) -> tuple[list[date], dict[int, date]]:
        """The days of the sessions in order, and by session the full day that was requested."""
        meant = _spread(self.suiting, n)
        kept = [day for day in meant if day in self.free]
        spare = [day for day in self.free if day not in meant]
        lost = [day for day in meant if day not in self.free]
        for day in lost[: len(spare)]:
            nearest = min(spare, key=lambda other: abs(other - day))
            spare.remove(nearest)
            kept.append(nearest)
        chosen = sorted(kept)[:n]
        # Sessions that are not placed name the last full days, moved sessions the first ones.
        blocked = lost if len(chosen) == n else [day for day in self.suiting if day not in self.free]
        n_left = n - len(chosen)
        hindered = dict(zip(range(len(chosen), n), blocked, strict=False)) if n_left else {}
        moved = [index for index, day in enumerate(chosen) if index < len(meant) and meant[index] in lost]
        hindered |= {index: meant[index] for index in moved if meant[index] not in hindered.values()}
        return chosen, hindered

    def placed(self, number: int, day: date, meant: date | None, hour: time) -> Proposal:
        """A session on a chosen day, with other times of that day."""
        times = tuple(self._by_hour(self._free_on(day), hour)[: N_ALTERNATIVES + 1])
        if meant is None or meant == day:
            return Proposal(number, day, times)
        return Proposal(number, meant, times, *self._why(meant))

    def unplaced(self, number: int, meant: date | None, hour: time, *, used: Sequence[date]) -> Proposal:
        """A session for which no chosen day has room, with other free times."""
        others = [day for day in self.days if day not in used]
        slots = [slot for day in others for slot in self._by_hour(self._free_on(day, is_any_hour=True), hour)[:1]]
        elsewhere = tuple(slots[:N_ALTERNATIVES])
        if meant is None:
            return Proposal(number, self.last, (), Conflict.NO_DAY, elsewhere=elsewhere)
        why, holiday = self._why(meant)
        return Proposal(number, meant, (), why, holiday, elsewhere)

    def _why(self, day: date) -> tuple[Conflict, str]:
        holiday = self.diary.closed_on.get(day, "")
        if holiday:
            return Conflict.HOLIDAY, holiday
        wishes = self.wishes
        is_open = any(_slots(day, self.diary, wishes.minutes, wishes.earliest, wishes.latest))
        return (Conflict.BUSY if is_open else Conflict.NOT_OPEN), ""

    def _free_on(self, day: date, *, is_any_hour: bool = False) -> list[datetime]:
        wishes = self.wishes
        earliest, latest = (time.min, time.max) if is_any_hour else (wishes.earliest, wishes.latest)
        slots = _free(day, self.diary, self.diary.taken, wishes.minutes, earliest, latest)
        return [one for one in slots if one >= self.not_before]

    def _by_hour(self, slots: Sequence[datetime], hour: time) -> list[datetime]:
        return sorted(slots, key=lambda one: _apart(one, hour, self.diary.zone))


def _suiting(days: Sequence[date], diary: Diary, wishes: Wishes) -> list[date]:
    """The requested days, including holidays so that people see them; otherwise the open days."""
    hours = diary.hours or USUAL_HOURS
    if wishes.weekdays:
        return [day for day in days if day.isoweekday() in wishes.weekdays]
    return [day for day in days if day.isoweekday() in hours]


def _spread(days: Sequence[date], n: int) -> list[date]:
    """Some of the days at even distances; all of them if there are too few."""
    if len(days) <= n:
        return list(days)
    return [days[((2 * index + 1) * len(days)) // (2 * n)] for index in range(n)]


def _free(
    day: date, diary: Diary, taken: Sequence[Stretch], minutes: int, earliest: time, latest: time
) -> Iterator[datetime]:
    """The start times of a day without a conflict."""
    if day in diary.closed_on:
        return
    length = timedelta(minutes=minutes)
    for start in _slots(day, diary, minutes, earliest, latest):
        if not any(begin < start + length and start < end for begin, end in taken):
            yield start


def _slots(day: date, diary: Diary, minutes: int, earliest: time, latest: time) -> Iterator[datetime]:
    """The start times within opening hours and wishes."""
    for opens, closes in (diary.hours or USUAL_HOURS).get(day.isoweekday(), ()):
        start = datetime.combine(day, max(opens, earliest), tzinfo=diary.zone)
        end = datetime.combine(day, min(closes, latest), tzinfo=diary.zone)
        while start + timedelta(minutes=minutes) <= end:
            yield start
            start += STEP


def _apart(slot: datetime, hour: time, zone: ZoneInfo) -> timedelta:
    """The distance of a start time from the usual hour of the day."""
    local = slot.astimezone(zone)
    return abs(local - datetime.combine(local.date(), hour, tzinfo=zone))
