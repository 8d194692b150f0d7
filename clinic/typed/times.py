"""Times of day as people type them: 9, 9:30, 9.30 pm, 2130; read, or refused with a sentence."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.typed.text import plain_digits

_CLOCK = re.compile(
    r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})(?::\d{2}(?:\.\d+)?)?)?\s*([ap]\.?\s?m\.?|h|uhr)?", re.IGNORECASE
)
EXAMPLE = time(14, 30)
_FOUR_DIGITS = re.compile(r"(\d{2})(\d{2})()")
_NOON = 12


def read_clock(text: str) -> time:
    """The time of day that was typed; ValidationError with a sentence if it is none."""
    typed = text.strip()
    plain = plain_digits(typed)
    found = _CLOCK.fullmatch(plain) or _FOUR_DIGITS.fullmatch(plain)
    words = _("“%(typed)s” is not a time of day. Enter it as %(example)s.")
    said = {"typed": typed, "example": shown_clock(EXAMPLE)}
    if found is None:
        raise ValidationError(words % said, code="time")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half[:1] in {"a", "p"}:
        if not 1 <= hour <= _NOON:
            raise ValidationError(words % said, code="time")
        hour = hour % _NOON + (_NOON if half.startswith("p") else 0)
    try:
        return time(hour, minute)
    except ValueError as error:
        raise ValidationError(words % said, code="time") from error


class ClockInput(forms.TimeInput):
    """The browser's time picker; a text field if the picker would hide what was typed."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")

    def format_value(self, value: Any) -> str | None:
        """In the picker's format; text that is no time stays as typed."""
        understood = self.understood(value)
        return f"{understood:%H:%M}" if understood is not None else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Use a text field if the picker would hide what was typed."""
        context = super().get_context(name, value, attrs)
        if value and self.understood(value) is None:
            context["widget"]["type"] = "text"
        return context

    def understood(self, value: Any) -> time | None:
        """The time of a value; None if it has none."""
        if not isinstance(value, str):
            return value if isinstance(value, time) else None
        try:
            return read_clock(value)
        except ValidationError:
            return None


class ClockField(forms.TimeField):
    """A time of day."""

    widget = ClockInput

    def to_python(self, value: Any) -> time | None:
        """The time that was typed."""
        if value in self.empty_values:
            return None
        return value if isinstance(value, time) else read_clock(str(value))
