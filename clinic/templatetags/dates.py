"""Days and times in templates; every template has these filters: see clinic/country/shown.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django import template
from django.utils import timezone

from clinic.country import shown

register = template.Library()
FILTERS = {
    "day": shown.shown_day,
    "short_day": shown.shown_short_day,
    "weekday": shown.shown_weekday,
    "short_weekday": shown.shown_short_weekday,
    "long_day": shown.shown_long_day,
    "full_day": shown.shown_full_day,
    "month": shown.shown_month,
    "clock": shown.shown_clock,
    "moment": shown.shown_moment,
    "short_moment": shown.shown_short_moment,
    "exact_moment": shown.shown_exact_moment,
    "weekday_moment": shown.shown_weekday_moment,
    "short_weekday_moment": shown.shown_short_weekday_moment,
    "full_moment": shown.shown_full_moment,
}


def _filtered(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """A filter that writes a moment by the clinic's clock, and nothing for nothing."""

    def written(value: Any) -> str:
        if not isinstance(value, (date, time)):
            return ""
        return write(
            timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
        )

    return written


for _name, _write in FILTERS.items():
    register.filter(_name, _filtered(_write))


@register.filter(expects_localtime=True)
def machine(value: date | None) -> str:
    """A moment or a day for programs: in attributes and addresses, never in text."""
    return "" if value is None else value.isoformat()
