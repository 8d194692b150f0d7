"""A birth date as people know it: the day, only the year, or unknown. Pure except for month names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

EARLIEST_YEAR = 1900
UNKNOWN_WORDS = frozenset({"unknown", "not known", "?", "unbekannt", "不详", "未知"})
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar", "february feb februar", "march mar märz maerz", "april apr", "may mai",
            "june jun juni", "july jul juli", "august aug", "september sep sept", "october oct oktober okt",
            "november nov", "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

# Formats in a country's order of day and month, except those with dots, which always put the day first.
STROKES = re.compile(r"([0-9]{1,2})([-/ ])([0-9]{1,2})\2([0-9]{4})")


SHORT_YEAR = re.compile(r"([0-9]{1,2}[-./][0-9]{1,2}[-./])([0-9]{2})")


class BadBirth(ValueError):
    """Not a birth date; `why` is one of: form, day, ambiguous, future, early."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Birth:
    """The day of birth, or only the year, or neither."""

    on: date | None = None
    year: int | None = None

    @property
    def known_year(self) -> int | None:
        """The year, if anything is known."""
        return self.on.year if self.on else self.year

    def ages(self, on: date) -> tuple[int, int] | None:
        """The youngest and the oldest age in whole years on a day; None if nothing is known."""
        if self.on:
            age = on.year - self.on.year - ((on.month, on.day) < (self.on.month, self.on.day))
            return age, age
        return (max(on.year - self.year - 1, 0), on.year - self.year) if self.year else None

    def may_be(self, other: Birth) -> bool:
        """Whether both may belong to one person: equal as far as known, perhaps with day and month swapped."""
        if self.known_year is None or other.known_year is None:
            return True
        if self.on is None or other.on is None:
            return self.known_year == other.known_year
        return other.on in {self.on, exchanged(self.on)}


def exchanged(day: date) -> date | None:
    """The date with day and month swapped, if that is a date."""
    return date(day.year, day.day, day.month) if day.day <= 12 else None


def parse_birth(text: str, *, today: date, is_month_first: bool = False, is_unsure: bool = False) -> Birth:
    """A typed birth date: a day in any usual notation, a year, or “unknown”; BadBirth says why not.

    `is_unsure`: both orders of day and month are in use, so 3/12/1980 is ambiguous.
    """
    text = " ".join(text.strip().lower().split())
    if is_unsure and (found := STROKES.fullmatch(text)) and int(found[3]) > 12:
        is_month_first = True
    if text in UNKNOWN_WORDS:
        return Birth()
    if re.fullmatch(r"[0-9]{4}", text):
        return _checked(Birth(year=int(text)), today=today)
    on = _day(text, is_month_first=is_month_first)
    if is_unsure and (found := STROKES.fullmatch(text)):
        # Perhaps only one of the two orders is a real date.
        first, second = int(found[1]), int(found[3])
        if first != second and max(first, second) <= 12:
            raise BadBirth("ambiguous")
    return _checked(Birth(on=on), today=today)


def readings(text: str, *, today: date, is_month_first: bool, is_unsure: bool) -> list[date]:
    """Every birth date that was meant, for search: in the usual order, in the other one if that is no day.

    A year of two digits is one of the last hundred, or of the hundred before.
    """
    plain = text.strip().lower()
    usual, other = (_days(plain, today=today, is_month_first=one) for one in (is_month_first, not is_month_first))
    return sorted({*usual, *other} if is_unsure else usual or other)


def _days(plain: str, *, today: date, is_month_first: bool) -> list[date]:
    """The days of one order of day and month."""
    short = SHORT_YEAR.fullmatch(plain)
    texts = [f"{short[1]}{century}{short[2]}" for century in (19, 20)] if short else [plain]
    found = []
    for one in texts:
        try:
            found.append(_day(one, is_month_first=is_month_first))
        except BadBirth:
            continue
    return [day for day in found if day <= today] if short else found


def _day(text: str, *, is_month_first: bool) -> date:
    year, month, day = _parts(text, is_month_first=is_month_first)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadBirth("day") from error


def _parts(text: str, *, is_month_first: bool) -> tuple[int, int, int]:
    """Year, month, day."""
    if found := re.fullmatch(r"([0-9]{4})[-./年 ]([0-9]{1,2})[-./月 ]([0-9]{1,2})日?", text):
        return _numbers(*found.groups())
    if found := re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", text):
        return _numbers(*found.groups())
    if found := re.fullmatch(r"([0-9]{1,2})([-./ ])([0-9]{1,2})\2([0-9]{4})", text):
        first, mark, second, year = found.groups()
        # Dots mean that the day comes first; only slashes depend on the country.
        month, day = (first, second) if is_month_first and mark != "." else (second, first)
        return _numbers(year, month, day)
    if found := re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th|\.)? ?([^\W\d_]+)\.?,? ?([0-9]{4})", text):
        day, name, year = found.groups()
    elif found := re.fullmatch(r"([^\W\d_]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})", text):
        name, day, year = found.groups()
    else:
        raise BadBirth("form")
    if name not in MONTHS:
        raise BadBirth("form")
    return int(year), MONTHS[name], int(day)


def _numbers(year: str, month: str, day: str) -> tuple[int, int, int]:
    return int(year), int(month), int(day)


def _checked(birth: Birth, *, today: date) -> Birth:
    if (birth.known_year or 0) < EARLIEST_YEAR:
        raise BadBirth("early")
    if (birth.on and birth.on > today) or (birth.year and birth.year > today.year):
        raise BadBirth("future")
    return birth
