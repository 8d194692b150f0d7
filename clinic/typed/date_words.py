"""A day in words and how far away it is: shown beside a date picker.

`static/js/dates.js` says the same while somebody types; tests/browser/test_date_words.py checks both by one table.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.country.shown import shown_said_day, shown_said_moment

# Up to two weeks in days, up to two months in weeks, up to two years in months.
_DAYS, _WEEKS, _MONTHS = 14, 61, 24


def said_day(day: date) -> str:
    """A day in words, with its weekday."""
    return shown_said_day(day)


def said_in_full(day: date, *, today: date) -> str:
    """A day in words and how far away it is: Thursday 3 Dec 2026, in 4 days."""
    return f"{said_day(day)}, {said_distance(day, today=today)}"


def said_moment(at: datetime, *, today: date) -> str:
    """Day and time in words, and how far away the day is."""
    return f"{shown_said_moment(at)}, {said_distance(at.date(), today=today)}"


def said_distance(day: date, *, today: date) -> str:
    """How far away a day is, in whole days, weeks, months or years."""
    n_days = abs((day - today).days)
    if n_days <= 1:
        return _("today") if n_days == 0 else _("tomorrow") if day > today else _("yesterday")
    if n_days < _DAYS:
        length = ngettext("%(n)d day", "%(n)d days", n_days) % {"n": n_days}
    elif n_days < _WEEKS:
        length = ngettext("%(n)d week", "%(n)d weeks", n_days // 7) % {"n": n_days // 7}
    else:
        length = _in_months(_whole_months(min(day, today), max(day, today)))
    return (_("in %(length)s") if day > today else _("%(length)s ago")) % {"length": length}


def _in_months(n_months: int) -> str:
    if n_months < _MONTHS:
        return ngettext("%(n)d month", "%(n)d months", n_months) % {"n": n_months}
    return ngettext("%(n)d year", "%(n)d years", n_months // 12) % {"n": n_months // 12}


def _whole_months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
