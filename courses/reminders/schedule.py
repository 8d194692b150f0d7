"""When a patient may be written to. Pure; wall times are the clinic's."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FROM, UNTIL = time(8), time(20)
CHECK_IN_AT = time(10)
# An appointment booked at shorter notice than this needs no reminder.
SHORTEST_NOTICE = timedelta(hours=12)


def the_day_before(starts_at: datetime, zone: ZoneInfo) -> datetime:
    """The same wall time on the day before, moved to the nearest earlier permitted time."""
    wall = starts_at.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    return _earlier_permitted(wall, zone)


def morning_after(session_at: datetime, zone: ZoneInfo, *, n_days: int) -> datetime:
    """In the morning so many days after a session."""
    day = session_at.astimezone(zone).date() + timedelta(days=n_days)
    return _instant(datetime.combine(day, CHECK_IN_AT), zone)


def next_permitted(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant itself, or the next morning at 8 if it is night."""
    wall = at.astimezone(zone).replace(tzinfo=None)
    if FROM <= wall.time() <= UNTIL:
        return at
    day = wall.date() + timedelta(days=wall.time() > UNTIL)
    return _instant(datetime.combine(day, FROM), zone)


def _earlier_permitted(wall: datetime, zone: ZoneInfo) -> datetime:
    if wall.time() > UNTIL:
        wall = datetime.combine(wall.date(), UNTIL)
    elif wall.time() < FROM:
        wall = datetime.combine(wall.date() - timedelta(days=1), UNTIL)
    return _instant(wall, zone)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)
