"""How a clinic writes dates, times and numbers: what CLDR says of its country, in the language of the page.

Nothing of this is stored but what a clinic does otherwise than its country (clinic/country/region.py).
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Protocol

from babel import Locale, UnknownLocaleError
from django.utils import timezone, translation

from clinic.country.date_order import MONTH_FIRST
from clinic.country.region import Region, current_country, current_region, region_override

# Where paper is Letter: CLDR, supplemental data, measurementData/paperSize. Elsewhere it is A4.
_LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
# Where English is spelled as in the United States: there, its territories, and states that took it over.
US_SPELLING = MONTH_FIRST | {"LR"}
# One page never spells in two ways where no country is known.
_NO_COUNTRY = "GB"
_ENGLISH = "en"
# English of the United States, by the number of the country: gettext takes plain "en" for en_US.
US_ENGLISH = "en-840"
# CLDR's letters of a pattern and what Django calls the same thing.
_LETTERS = {
    "y": "Y",
    "yyyy": "Y",
    "M": "n",
    "MM": "m",
    "MMM": "M",
    "MMMM": "F",
    "LLL": "M",
    "LLLL": "F",
    "d": "j",
    "dd": "d",
    "E": "D",
    "EEE": "D",
    "EEEE": "l",
    "ccc": "D",
    "cccc": "l",
    "h": "g",
    "hh": "h",
    "H": "G",
    "HH": "H",
    "mm": "i",
    "ss": "s",
    "a": "A",
    "B": "A",
}
_PIECE = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")


class HasRegion(Protocol):
    """What is asked of a clinic; it is one loaded row and costs no query."""

    @property
    def country(self) -> str:
        """ISO 3166 code; empty where none is set."""

    @property
    def clock_hours(self) -> int | None:
        """12 or 24; None as in the country."""

    @property
    def first_weekday(self) -> int | None:
        """1 for Monday; None as in the country."""

    @property
    def paper(self) -> str:
        """As in the country where it is empty."""

    @property
    def zone_info(self) -> zoneinfo.ZoneInfo:
        """The clinic's time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """How dates, times and numbers are written; `formats` are format strings of Django by what they show."""

    formats: Mapping[str, str]
    is_24_hours: bool
    decimal_sign: str
    group_sign: str
    first_weekday: int
    paper: str


def conventions() -> Conventions:
    """Those of the clinic whose page, mail or letter is being written."""
    region = current_region()
    own = (region.clock_hours, region.first_weekday, region.paper)
    return _conventions((translation.get_language() or _ENGLISH).split("-")[0], current_country(), *own)


@contextmanager
def at_clinic(clinic: HasRegion, *, language: str = "") -> Iterator[None]:
    """Inside, everything is written by the clinic's clock and habits, in a language or the one in use."""
    with ExitStack() as stack:
        stack.enter_context(timezone.override(clinic.zone_info))
        stack.enter_context(region_override(region_of(clinic)))
        stack.enter_context(translation.override(spelled(language or translation.get_language() or _ENGLISH)))
        yield


def region_of(clinic: HasRegion) -> Region:
    """The clinic's country, and what it does otherwise."""
    return Region(
        country=clinic.country,
        clock_hours=clinic.clock_hours,
        first_weekday=clinic.first_weekday,
        paper=clinic.paper,
    )


def spelled(language: str) -> str:
    """The language with the spelling of the current country."""
    if language.split("-")[0] != _ENGLISH:
        return language
    return US_ENGLISH if current_country() in US_SPELLING else _ENGLISH


@cache
def _conventions(
    language: str, country: str, clock_hours: int | None, first_weekday: int | None, paper: str
) -> Conventions:
    words, place = _locale_of_words(language, country), _locale_of_place(language, country)
    is_24_hours = clock_hours == 24 if clock_hours else "h" not in _letters_of(place.time_formats["short"].pattern)
    signs = place.number_symbols["latn"]
    return Conventions(
        formats=MappingProxyType(_formats(words, is_24_hours=is_24_hours)),
        is_24_hours=is_24_hours,
        decimal_sign=signs["decimal"],
        group_sign=signs["group"],
        first_weekday=first_weekday or place.first_week_day + 1,
        paper=paper or ("letter" if country in _LETTER else "a4"),
    )


def _locale_of_words(language: str, country: str) -> Locale:
    """Whose order of day, month and year holds: that of the language in the country, if CLDR has it."""
    if language == _ENGLISH and country in MONTH_FIRST:
        # What is typed month first is written month first, also where CLDR has another habit.
        return Locale.parse("en_US")
    return _first_known(f"{language}_{country or _NO_COUNTRY}", "en_001" if language == _ENGLISH else language)


def _locale_of_place(language: str, country: str) -> Locale:
    """Whose clock, week and numbers hold: those of the country, in whatever language."""
    return _first_known(f"{language}_{country or _NO_COUNTRY}", f"und_{country}", language)


def _first_known(*names: str) -> Locale:
    for name in names:
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_ENGLISH)


def _formats(locale: Locale, *, is_24_hours: bool) -> dict[str, str]:
    """Every way to write a moment, by name: the only place with format strings."""
    parts = locale.datetime_skeletons
    days = {
        "day": parts["yMMMd"].pattern,
        "short_day": parts["MMMd"].pattern,
        "weekday": _plainer(locale, parts["yMMMEd"].pattern),
        "short_weekday": _plainer(locale, parts["MMMEd"].pattern),
        "long_day": locale.date_formats["long"].pattern,
        "full_day": locale.date_formats["full"].pattern,
    }
    days["said_day"] = re.sub(r"E+|ccc+", "EEEE", days["weekday"])
    clock = parts["Hm" if is_24_hours else "hm"].pattern
    seconds = parts["Hms" if is_24_hours else "hms"].pattern
    joined = str(locale.datetime_formats["medium"])
    moments = {
        f"{name}_and_clock": joined.replace("{1}", pattern).replace("{0}", clock) for name, pattern in days.items()
    }
    found = {
        **days,
        **moments,
        "clock": clock,
        "clock_with_seconds": seconds,
        "short_day_and_seconds": joined.replace("{1}", days["short_day"]).replace("{0}", seconds),
        "month": parts["yMMM"].pattern,
        "long_month": parts["yMMMM"].pattern,
        "long_day_of_month": parts["MMMMd"].pattern,
    }
    return {name: _for_django(pattern) for name, pattern in found.items()}


def _plainer(locale: Locale, pattern: str) -> str:
    """English with the day first needs no comma behind the weekday: Thu 3 Dec 2026."""
    return pattern.replace("E, d", "E d") if locale.language == _ENGLISH else pattern


def _letters_of(pattern: str) -> str:
    return re.sub(r"'[^']*'", "", pattern)


def _for_django(pattern: str) -> str:
    """A pattern of CLDR as a format string of Django: the same moment, in the same order."""
    return "".join(_piece(found) for found in _PIECE.finditer(pattern.replace("\u202f", " ")))


def _piece(found: re.Match[str]) -> str:
    if found[2]:
        return _LETTERS[found[0]]
    literal = found[1].replace("''", "'") or "'" if found[1] is not None else found[0]
    return re.sub(r"([A-Za-z\\])", r"\\\1", literal)
