"""The one place that writes a day, a time or a number for people: as the clinic's country does.

A moment is written by the clock it carries: give it in the clinic's wall time. In templates the filters of the
same names (clinic/templatetags/dates.py) see to that.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from django.utils.formats import date_format, number_format, time_format

from clinic.country.conventions import conventions


def _written(value: date | time | None, name: str) -> str:
    if value is None:
        return ""
    form = conventions().formats[name]
    return time_format(value, form) if isinstance(value, time) else date_format(value, form)


def shown_day(value: date | None) -> str:
    """3 Dec 2026."""
    return _written(value, "day")


def shown_short_day(value: date | None) -> str:
    """3 Dec."""
    return _written(value, "short_day")


def shown_weekday(value: date | None) -> str:
    """Thu 3 Dec 2026."""
    return _written(value, "weekday")


def shown_short_weekday(value: date | None) -> str:
    """Thu 3 Dec."""
    return _written(value, "short_weekday")


def shown_weekday_name(value: date) -> str:
    """Thursday."""
    return date_format(value, "l")


def shown_said_day(value: date | None) -> str:
    """Thursday 3 Dec 2026."""
    return _written(value, "said_day")


def shown_long_day(value: date | None) -> str:
    """3 December 2026, as a letter has it."""
    return _written(value, "long_day")


def shown_full_day(value: date | None) -> str:
    """Thursday, 3 December 2026."""
    return _written(value, "full_day")


def shown_month(value: date | None) -> str:
    """Dec 2026."""
    return _written(value, "month")


def shown_clock(value: datetime | time | None) -> str:
    """14:30."""
    return _written(value, "clock")


def shown_moment(value: datetime | None) -> str:
    """3 Dec 2026, 14:30."""
    return _written(value, "day_and_clock")


def shown_short_moment(value: datetime | None) -> str:
    """3 Dec, 14:30."""
    return _written(value, "short_day_and_clock")


def shown_exact_moment(value: datetime | None) -> str:
    """3 Dec, 14:30:05."""
    return _written(value, "short_day_and_seconds")


def shown_weekday_moment(value: datetime | None) -> str:
    """Thu 3 Dec 2026, 14:30."""
    return _written(value, "weekday_and_clock")


def shown_short_weekday_moment(value: datetime | None) -> str:
    """Thu 3 Dec, 14:30."""
    return _written(value, "short_weekday_and_clock")


def shown_said_moment(value: datetime | None) -> str:
    """Thursday 3 Dec 2026, 14:30."""
    return _written(value, "said_day_and_clock")


def shown_full_moment(value: datetime | None) -> str:
    """Thursday, 3 December 2026, 14:30."""
    return _written(value, "full_day_and_clock")


def shown_number(value: float | Decimal, places: int | None = None) -> str:
    """A number with the clinic's decimal sign; rounded to so many places, or as exact as it is."""
    if places is None:
        return str(number_format(f"{value:g}"))
    # Not minus zero: what is rounded away has no sign.
    return str(number_format(round(Decimal(str(value)), places) + 0, places))


def shown_rounded(value: float, places: int = 1) -> str:
    """To so many places, without places that are zero: 3.5, and 4 for 4.0."""
    shortest = round(value, places)
    return shown_number(shortest, 0 if shortest == int(shortest) else places)
