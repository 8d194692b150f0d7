"""The same wall time in another zone, on both sides of a change of clocks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Instant:
    """When a clock shows a time; skipped if the clock is put forward over it."""

    at: datetime
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time."""

    starts_at: datetime
    ends_at: datetime
    is_skipped: bool = False


def same_wall(at: datetime, old: ZoneInfo, new: ZoneInfo) -> Instant:
    """When the new clock shows what the old one shows at an instant.

    If the new clock shows a time twice, the first one counts, unless the old clock shows it twice too; a skipped
    time becomes as much later as the clock is put forward.
    """
    wall = at.astimezone(old).replace(tzinfo=new)
    there = wall.astimezone(UTC)
    if there.astimezone(new).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return Instant(there)
    return Instant(wall.replace(fold=0).astimezone(UTC), is_skipped=True)


def same_wall_span(starts_at: datetime, ends_at: datetime, old: ZoneInfo, new: ZoneInfo) -> Span:
    """A period with both its wall times; with its length if a change of clocks leaves no such period."""
    start, end = same_wall(starts_at, old, new), same_wall(ends_at, old, new)
    is_skipped = start.is_skipped or end.is_skipped
    if is_skipped or end.at <= start.at:
        return Span(start.at, start.at + (ends_at - starts_at), is_skipped)
    return Span(start.at, end.at)
