"""Form fields for a patient's identity: each understands a value, or refuses it and says how to fix it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.conventions import conventions
from clinic.country.date_order import MONTH_DAY, UNSURE, order_in
from clinic.country.region import current_country
from clinic.country.shown import shown_day
from clinic.typed.dates import SAID
from clinic.typed.names import NameField
from clinic.typed.text import plain_digits
from patients.identity.birth import EARLIEST_YEAR, BadBirth, Birth, parse_birth
from patients.identity.words import birth_sentences, birth_typed, birth_words

__all__ = ["BirthField", "BirthInput", "NameField"]


EXAMPLE = date(1980, 5, 31)


class BirthInput(forms.TextInput):
    """A text field with its interpretation beside it."""

    template_name = "clinic/widgets/day.html"
    kind = "birth"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the day in words, and the country's notation of dates."""
        context = super().get_context(name, value, attrs)
        today, order = timezone.localdate(), order_in(current_country())
        more = {"said": _said(value, today=today, order=order), "today": today.isoformat(), "order": order}
        more["format"] = conventions().formats[SAID[self.kind]]
        context["widget"] |= {**more, "kind": self.kind, "sentences": json.dumps(birth_sentences())}
        return context


def _said(value: Any, *, today: date, order: str) -> str:
    """How a birth date was understood; empty if it was not."""
    try:
        birth = value if isinstance(value, Birth) else read_birth(str(value or ""), today=today, order=order)
    except BadBirth:
        return ""
    return birth_words(birth, on=today)


def _example() -> str:
    return _("For example %(day)s, 1950 or unknown.") % {"day": shown_day(EXAMPLE)}


# Fields are made once: the words are those of the page that shows them.
_example_words = lazy(_example, str)


class BirthField(forms.CharField):
    """A day in any usual notation, a year, or “unknown”."""

    widget = BirthInput

    def __init__(self, *args: Any, region: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("help_text", _example_words())
        kwargs.setdefault(
            "error_messages",
            {
                "required": gettext_lazy(
                    "Date of birth: enter the day, the year alone (1950), or “unknown” if nobody knows it."
                )
            },
        )
        super().__init__(*args, **kwargs)
        self.region = region

    def prepare_value(self, value: Any) -> Any:
        """In the usual notation."""
        return birth_typed(value) if isinstance(value, Birth) else value

    def clean(self, value: Any) -> Any:
        """The birth date; ValidationError with a sentence if it is wrong."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_birth(text, today=timezone.localdate(), order=order_in(self.region or current_country()))
        except BadBirth as error:
            said = {"text": text, "year": EARLIEST_YEAR, "example": shown_day(EXAMPLE)}
            raise ValidationError(_why(error.why) % said, code=error.why) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Another notation of the same day is not a change."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


def read_birth(text: str, *, today: date, order: str) -> Birth:
    """A typed birth date in the country's order of day and month; BadBirth says why not."""
    return parse_birth(
        plain_digits(text), today=today, is_month_first=order == MONTH_DAY, is_unsure=order == UNSURE
    )


def _why(code: str) -> str:
    return {
        "form": _("Date of birth: “%(text)s” is not a date. Enter %(example)s, the year alone, or “unknown”."),
        "ambiguous": _(
            "Date of birth: “%(text)s” can be read in two ways. Write the month as a word: %(example)s."
        ),
        "day": _("Date of birth: “%(text)s” is not in the calendar. Check day and month."),
        "future": _("Date of birth: “%(text)s” is in the future. Check the year."),
        "early": _("Date of birth: “%(text)s” is before %(year)s. Check the year."),
    }[code]
