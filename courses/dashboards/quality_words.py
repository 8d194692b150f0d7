"""The words of the page about how good the curve is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from clinic.country.shown import shown_month
from courses.models import Alert


def rule_words(rule: str) -> str:
    """A pain rule as a column heading."""
    return {
        "beyond_bounds": _("Far above expected"),
        "lasting": _("Higher for some sessions"),
        "plain_rise": _("Fixed rule: rise"),
        "floor": _("Fixed rule: far above every earlier score"),
        "still_worse": _("Still worse on day 3"),
        "ceiling": _("Too high to show worsening"),
        "worse_than_start": _("Worse than at the start (daily list)"),
    }[rule]


def bin_words(low: float, high: float | None) -> str:
    """A bin of "1 in n"."""
    if high is None:
        return _("1 in %(low)d or rarer") % {"low": low}
    return _("1 in %(low)d to 1 in %(high)d") % {"low": low, "high": high}


def session_words(number: object) -> str:
    """A session number, with the tenth for all later ones."""
    if number == 0:
        return _("no session")
    return _("10 and later") if number == 10 else str(number)


def type_words(code: object, names: Mapping[str, str]) -> str:
    """A type of the curve, in words."""
    known = {**names, "mixed": _("mixed"), "undiagnosed": _("no type yet"), "": _("no type yet")}
    return known.get(str(code), str(code))


def month_words(month: str) -> str:
    """A month such as 2026-03."""
    year, number = map(int, month.split("-"))
    return shown_month(date(year, number, 1))


def cause_words(cause: str) -> str:
    """Why the pain got worse, in the clinician's opinion."""
    return str(Alert.Cause(cause).label)
