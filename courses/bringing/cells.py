"""One cell as what it means, or refused with a sentence. Pure but for the sentences' language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.shown import shown_clock, shown_day
from clinic.typed.names import LOST, BadName, clean_name
from clinic.typed.numbers import Reading
from clinic.typed.text import plain_digits
from courses.bringing.reading import Cell, written
from patients.identity.birth import BadBirth, Birth, parse_birth
from patients.identity.phones import BadPhone, parse_phone

HALF_PAST_TWO, LAST_OF_MAY = time(14, 30), date(1980, 5, 31)
PAIN = Reading(out_of=10)
YES = frozenset({"yes", "y", "1", "true", "x", "ja", "j", "✓", "✔"})
NO = frozenset({"no", "n", "0", "false", "nein", "-", "–"})
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
MOMENT = re.compile(r"(.+?)(?:T|,?\s+)(\d{1,2}[:.]\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?)", re.IGNORECASE)
SHORT_YEAR = re.compile(r"\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2}")
LONGEST_NAME, LONGEST_PHONE, LONGEST_EMAIL = 80, 40, 254


class Refused(ValueError):
    """A cell that is not understood; the message says why and what to do."""


class Order(StrEnum):
    """In which order the file writes day and month; chosen by a person, never guessed."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"

    @property
    def words(self) -> str:
        """For a sentence."""
        return str({"dmy": gettext_lazy("day/month/year"), "mdy": gettext_lazy("month/day/year")}[self.value])


@dataclass(frozen=True)
class Names:
    """A name as the record holds it."""

    given: str
    family: str

    @property
    def full(self) -> str:
        """Both as one."""
        return f"{self.given} {self.family}".strip()


def read_names(given: Cell, family: Cell, full: Cell) -> Names:
    """The name from two columns or from one: “Lee, Anna”, or “Anna Lee” whose last word is the family name."""
    if given or family:
        return _named(_name(given), _name(family))
    text = _name(full)
    if not text:
        raise Refused(_("The name is missing."))
    if "," in text:
        last, _comma, first = text.partition(",")
        return _named(first.strip(), last.strip())
    words = text.split(" ")
    return _named(" ".join(words[:-1]), words[-1])


def _named(given: str, family: str) -> Names:
    if not given and not family:
        raise Refused(_("The name is missing."))
    for one in (given, family):
        if len(one) > LONGEST_NAME:
            raise Refused(_("The name is longer than %(n)d letters.") % {"n": LONGEST_NAME})
    return Names(given, family)


def _name(cell: Cell) -> str:
    text = written(cell)
    try:
        return clean_name(text)
    except BadName as error:
        if LOST in text:
            raise Refused(
                _("Letters of the name “%(text)s” are lost. Save the file as “CSV UTF-8”.") % {"text": text}
            ) from error
        raise Refused(_("“%(text)s” is not a name.") % {"text": text}) from error


def read_birth(cell: Cell, *, order: Order, today: date) -> Birth:
    """A birth date; an empty cell is one that nobody knows."""
    if cell == "":
        return Birth()
    try:
        return parse_birth(_day_text(cell), today=today, is_month_first=order is Order.MONTH_FIRST)
    except BadBirth as error:
        raise Refused(_why_no_day(_("Date of birth"), written(cell), error.why, order)) from error


def read_day(label: str, cell: Cell, *, order: Order, today: date) -> date:
    """A day that has come."""
    try:
        found = parse_birth(_day_text(cell), today=today, is_month_first=order is Order.MONTH_FIRST)
    except BadBirth as error:
        raise Refused(_why_no_day(label, written(cell), error.why, order)) from error
    if found.on is None:
        raise Refused(_why_no_day(label, written(cell), "form", order))
    return found.on


def split_moment(cell: Cell) -> tuple[Cell, Cell]:
    """The day and the time of a cell that holds both; the time is empty where there is none."""
    if isinstance(cell, datetime):
        return cell.date(), cell.time()
    if isinstance(cell, str) and (found := MOMENT.fullmatch(cell)):
        return found[1], found[2]
    return cell, ""


def read_clock(cell: Cell) -> time | None:
    """A time of day; none for an empty cell. Midnight is what a spreadsheet writes where there is no time."""
    if cell == "":
        return None
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return None if cell == time() else cell.replace(second=0, microsecond=0)
    found = CLOCK.fullmatch(plain_digits(written(cell)).strip())
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 0)
    if found and found[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    if hour > 23 or minute > 59:
        values = {"text": written(cell), "example": shown_clock(HALF_PAST_TWO)}
        raise Refused(_("Session time: “%(text)s” is not a time. Enter it as %(example)s.") % values)
    return time(hour, minute)


def read_score(label: str, cell: Cell) -> int | None:
    """A pain score: a whole number from 0 to 10, also written as 7/10; none for an empty cell."""
    if isinstance(cell, date | time):
        raise Refused(
            _(
                "%(label)s: the spreadsheet has turned this score into the date or time %(text)s. "
                "Format the column as text and enter the score again."
            )
            % {"label": label, "text": written(cell)}
        )
    return _score(label, cell)


@cache
def _score(label: str, cell: str) -> int | None:
    try:
        number = PAIN.read(cell)
    except ValidationError as error:
        raise Refused(f"{label}: {' '.join(error.messages)}") from error
    if number is not None and not 0 <= number <= 10:
        words = _("%(label)s: “%(text)s” is not possible. Enter a whole number from 0 to 10.")
        raise Refused(words % {"label": label, "text": cell})
    return None if number is None else int(number)


def read_yes_no(label: str, cell: Cell) -> bool | None:
    """Yes or no; none for an empty cell."""
    text = written(cell).casefold()
    if not text:
        return None
    if text in YES or text in NO:
        return text in YES
    raise Refused(
        _("%(label)s: “%(text)s” is neither yes nor no. Enter yes or no.")
        % {"label": label, "text": written(cell)}
    )


def read_phone(cell: Cell, *, region: str | None) -> str:
    """A number that can be dialled, as it is written."""
    text = written(cell)
    if not text:
        return ""
    try:
        if len(text) > LONGEST_PHONE:
            raise BadPhone(text)
        parse_phone(text, region)
    except BadPhone as error:
        words = _("Phone: “%(text)s” is not one phone number. Enter digits, spaces, + and brackets.")
        raise Refused(words % {"text": text}) from error
    return text


def read_email(cell: Cell) -> str:
    """An address that mail can be sent to."""
    text = written(cell)
    if not text:
        return ""
    try:
        if len(text) > LONGEST_EMAIL:
            raise ValidationError(text)
        validate_email(text)
    except ValidationError as error:
        words = _("Email: “%(text)s” is not an address. Check for a missing dot, a comma or a space.")
        raise Refused(words % {"text": text}) from error
    return text


def _day_text(cell: Cell) -> str:
    text = cell.strftime("%Y-%m-%d").rjust(10, "0") if isinstance(cell, date) else written(cell)
    return plain_digits(text)


def _why_no_day(label: str, text: str, why: str, order: Order) -> str:
    values = {"label": label, "text": text, "order": order.words, "example": shown_day(LAST_OF_MAY)}
    if why == "form" and SHORT_YEAR.fullmatch(text):
        return _("%(label)s: “%(text)s” has a year of two digits. Write all four.") % values
    return {
        "form": _("%(label)s: “%(text)s” is not a date. Enter it as %(example)s."),
        "day": _(
            "%(label)s: “%(text)s” is not in the calendar when read as %(order)s. Check the date, or the order."
        ),
        "future": _("%(label)s: “%(text)s” is in the future. Check the year."),
        "early": _("%(label)s: “%(text)s” is before 1900. Check the year."),
    }[why] % values
