"""Days and times as people type them: understood and shown in words, or refused with a sentence.

The browser's own picker is used if there is one; otherwise, or without scripts, text arrives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.country.conventions import conventions
from clinic.country.date_order import MONTH_DAY, UNSURE, order_in
from clinic.country.region import current_country
from clinic.country.shown import shown_clock, shown_day, shown_moment, shown_weekday_name
from clinic.typed.date_words import said_day, said_in_full, said_moment
from clinic.typed.text import plain_digits
from clinic.typed.wall_clock import AsksForClock, CarriesClock

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_NUMBERS = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?\s*([^\W\d]{3,9})\.?,?\s*(\d{4})")
_WORD_DAY = re.compile(r"([^\W\d]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A weekday may come before or after the date: "Thu, 3 Dec 2026", "3 Dec 2026 (Thursday)".
_BEFORE = re.compile(r"([^\W\d_]{3,9})\.?,?\s+(.+)")
EXAMPLE = datetime(2026, 12, 3, 14, 30)  # noqa: DTZ001 - nobody's time
_BEHIND = re.compile(r"(.+?),?\s+\(?([^\W\d_]{3,9})\.?\)?")
_MOMENT = re.compile(r"(.+?)(?:T|,?\s+)(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.\d+)?)?\s*([ap]\.?m\.?)?", re.IGNORECASE)

# A year with fewer digits is still being typed.
# How the words beside a field write what was understood, by what the field holds.
SAID = {"day": "said_day", "moment": "said_day_and_clock", "birth": "day"}
_FIRST_SAID = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """How far from today a date of one meaning can be, in days."""

    back: int
    ahead: int

    def refuse_outside(self, day: date, *, today: date) -> None:
        """ValidationError if the day is implausible."""
        words = {"day": said_day(day)}
        if day > today and self.ahead == 0:
            raise ValidationError(_("%(day)s is in the future. Enter a date up to today.") % words, code="future")
        if day < today and self.back == 0:
            raise ValidationError(_("%(day)s is in the past. Enter a date from today on.") % words, code="past")
        first, last = today - timedelta(days=self.back), today + timedelta(days=self.ahead)
        if not first <= day <= last:
            words |= {"first": said_day(first), "last": said_day(last)}
            raise ValidationError(
                _("%(day)s is too far away. Enter a date from %(first)s to %(last)s.") % words, code="far"
            )


YEAR = 366
BIRTH = Span(back=130 * YEAR, ahead=0)
# Something that happened: a diagnosis, an image, an examination, the start of a complaint or of a career.
PAST = Span(back=100 * YEAR, ahead=0)
# A visit that took place; a device's clock may be a day off.
VISIT = Span(back=50 * YEAR, ahead=1)
# A visit to come, and what is planned around it.
BOOKING = Span(back=YEAR, ahead=2 * YEAR)
DUTY = Span(back=YEAR, ahead=2 * YEAR)
HOLIDAY = Span(back=5 * YEAR, ahead=5 * YEAR)
EXPIRY = Span(back=50 * YEAR, ahead=50 * YEAR)
# A column that no form shows.
EVER = Span(back=130 * YEAR, ahead=130 * YEAR)
# A page of the diary.
DIARY = Span(back=50 * YEAR, ahead=5 * YEAR)
# The meaning of a model's column by its name, for model forms.
SPANS: dict[str, Span] = {
    "born_on": BIRTH,
    "checked_on": PAST,
    "diagnosed_on": PAST,
    "ended_on": PAST,
    "ends_at": DUTY,
    "expires_on": EXPIRY,
    "licence_expires_on": EXPIRY,
    "on": HOLIDAY,
    "practising_since": PAST,
    "starts_at": DUTY,
    "starts_on": PAST,
    "taken_on": PAST,
    "written_on": PAST,
}


def read_day(text: str) -> date:
    """The day that was typed; ValidationError with a sentence if it is none or ambiguous."""
    typed = text.strip()
    plain, weekday = _without_weekday(plain_digits(typed))
    parts = _day_parts(plain, typed)
    if parts is None:
        words = _("“%(typed)s” is not a date. Enter it as %(day)s.")
        raise ValidationError(words % _with_example(typed), code="date")
    try:
        day = date(*parts)
    except ValueError as error:
        words = _("“%(typed)s” is not a day of the calendar. Enter it as %(day)s.")
        raise ValidationError(words % _with_example(typed), code="date") from error
    if weekday not in {None, day.weekday()}:
        words = _("“%(typed)s”: that day is a %(weekday)s. Correct the date or the day of the week.")
        shown = {"typed": typed, "weekday": shown_weekday_name(day)}
        raise ValidationError(words % shown, code="weekday")
    return day


def read_moment(text: str) -> datetime:
    """The wall time that was typed, without a zone; ValidationError with a sentence if it is none."""
    typed = text.strip()
    found = _MOMENT.fullmatch(plain_digits(typed))
    if found is None:
        words = _("“%(typed)s” is not a date and time. Enter it as %(moment)s.")
        raise ValidationError(words % _with_example(typed), code="date")
    hour, minute, half = int(found[2]), int(found[3]), (found[4] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        clock = time(hour, minute)
    except ValueError as error:
        words = _("“%(typed)s” has no such time of day. Enter it as %(moment)s.")
        raise ValidationError(words % _with_example(typed), code="date") from error
    return datetime.combine(read_day(found[1]), clock)


def day_asked(text: str, *, today: date) -> date:
    """The day in the address of a diary page; ValidationError with a sentence if it is implausible."""
    day = read_day(text)
    DIARY.refuse_outside(day, today=today)
    return day


class DayInput(forms.DateInput):
    """The browser's date picker, with the day in words beside it."""

    template_name = "clinic/widgets/day.html"
    input_type = "date"
    # The kind of value for the page's script.
    kind = "day"

    def format_value(self, value: Any) -> str | None:
        """In the picker's format; text that is no date stays as typed."""
        understood = self.understood(value)
        return self.picked(understood) if understood else super().format_value(value)

    def picked(self, value: Any) -> str:
        """A value in the picker's format."""
        return f"{value:%Y-%m-%d}".rjust(10, "0")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the words, and use a text field if the picker would hide what was typed."""
        context = super().get_context(name, value, attrs)
        understood = self.understood(value)
        today = timezone.localdate()
        is_said = understood is not None and understood.year >= _FIRST_SAID
        said = self.said(understood, today=today) if is_said else ""
        more = {"today": today.isoformat(), "order": order_in(current_country()), "kind": self.kind}
        more["format"] = conventions().formats[SAID[self.kind]]
        context["widget"] |= {"said": said, **more}
        if value and understood is None:
            context["widget"]["type"] = "text"
        return context

    def understood(self, value: Any) -> Any:
        """The day of a value; None if it has none."""
        try:
            return read_day(value) if isinstance(value, str) else value
        except ValidationError:
            return None

    def said(self, value: Any, *, today: date) -> str:
        """The day in words."""
        return said_in_full(value, today=today)


class MomentInput(CarriesClock, DayInput):
    """The browser's picker for a day and a time, with both in words beside it."""

    input_type = "datetime-local"
    kind = "moment"

    def picked(self, value: Any) -> str:
        """A value in the picker's format."""
        return f"{value:%Y-%m-%dT%H:%M}".rjust(16, "0")

    def understood(self, value: Any) -> Any:
        """The wall time of a value; None if it has none."""
        try:
            return read_moment(value) if isinstance(value, str) else value
        except ValidationError:
            return None

    def said(self, value: Any, *, today: date) -> str:
        """Day and time in words."""
        return said_moment(value, today=today)


class DayField(forms.DateField):
    """A day of one meaning."""

    widget = DayInput

    def __init__(self, *, span: Span, **kwargs: Any) -> None:
        self.span = span
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """The day that was typed, if it is plausible."""
        if value in self.empty_values:
            return None
        day = value if isinstance(value, date) else read_day(str(value))
        day = day.date() if isinstance(day, datetime) else day
        self.span.refuse_outside(day, today=timezone.localdate())
        return day


class MomentField(AsksForClock, forms.DateTimeField):
    """A day and a time of one meaning, in the clinic's wall time."""

    widget = MomentInput

    def __init__(self, *, span: Span, **kwargs: Any) -> None:
        self.span = span
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """The instant that was typed, if it is plausible."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return super().to_python(value)
        wall = read_moment(str(value))
        self.span.refuse_outside(wall.date(), today=timezone.localdate())
        return _instant(wall)


def _instant(wall: datetime) -> datetime:
    """The instant of a wall time; refused in the hour that the clocks skip or repeat."""
    first = timezone.make_aware(wall)
    shown = {"time": shown_clock(wall), "day": said_day(wall)}
    if timezone.localtime(first.astimezone(UTC)).replace(tzinfo=None) != wall:
        words = _("%(time)s does not exist on %(day)s: the clocks go forward. Enter an hour later.")
        raise ValidationError(words % shown, code="clocks")
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        words = _("%(time)s comes twice on %(day)s: the clocks go back. Enter a time before or after that hour.")
        raise ValidationError(words % shown, code="clocks")
    return first


def _with_example(typed: str) -> dict[str, str]:
    """What was typed, and how a date and a time are typed here."""
    return {"typed": typed, "day": shown_day(EXAMPLE), "moment": shown_moment(EXAMPLE)}


def _without_weekday(plain: str) -> tuple[str, int | None]:
    """The text without its weekday, and that weekday."""
    if (found := _BEFORE.fullmatch(plain)) and (weekday := _weekday(found[1])) is not None:
        return found[2], weekday
    if (found := _BEHIND.fullmatch(plain)) and (weekday := _weekday(found[2])) is not None:
        return found[1], weekday
    return plain, None


def _weekday(word: str) -> int | None:
    """The weekday that a word names, full or short; None if it names none."""
    named = [number for number, name in enumerate(_WEEKDAYS) if name.startswith(word.lower())]
    return named[0] if len(named) == 1 else None


def _day_parts(plain: str, typed: str) -> tuple[int, int, int] | None:
    """Year, month and day as numbers; None if the text has another form."""
    if found := _YEAR_FIRST.fullmatch(plain):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMBERS.fullmatch(plain):
        return _in_order(int(found[1]), int(found[3]), int(found[4]), typed, is_dotted=found[2] == ".")
    if (found := _DAY_WORD.fullmatch(plain)) and found[2][:3].lower() in _MONTHS:
        return int(found[3]), _MONTHS.index(found[2][:3].lower()) + 1, int(found[1])
    if (found := _WORD_DAY.fullmatch(plain)) and found[1][:3].lower() in _MONTHS:
        return int(found[3]), _MONTHS.index(found[1][:3].lower()) + 1, int(found[2])
    return None


def _in_order(first: int, second: int, year: int, typed: str, *, is_dotted: bool) -> tuple[int, int, int]:
    """Numbers in the order of the clinic's country; refused if it uses both orders and both make sense."""
    order = order_in(current_country())
    if order == UNSURE and not is_dotted and first != second and max(first, second) <= 12:
        words = _("“%(typed)s” can be read in two ways. Write the month as a word: %(day)s.")
        raise ValidationError(words % _with_example(typed), code="date")
    is_month_first = (order == MONTH_DAY and not is_dotted) or (order == UNSURE and second > 12)
    return (year, first, second) if is_month_first else (year, second, first)
