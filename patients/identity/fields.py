"""Form fields for what identifies a patient: each value is understood, or refused with the way out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.identity.birth import EARLIEST_YEAR, BadBirth, Birth, parse_birth
from patients.identity.names import BadName, clean_name
from patients.identity.words import birth_typed

# Countries in which 5/6/1980 is the sixth of May.
MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW"})


class NameField(forms.CharField):
    """A name, cleaned of what nobody sees; control characters are refused."""

    def to_python(self, value: Any) -> str:
        """The name as it is stored."""
        text = super().to_python(value) or ""
        try:
            return clean_name(text)
        except BadName as error:
            shown = "".join(character if character.isprintable() else "�" for character in text)
            why = {
                "control": _("%(label)s: “%(text)s” holds a character that is no part of a name. Type it anew."),
                "no letter": _("%(label)s: “%(text)s” has no letter in it. Enter the name."),
            }[str(error)]
            raise ValidationError(why % {"label": self.label or _("Name"), "text": shown}) from error


class BirthField(forms.CharField):
    """A day in any usual notation, a year, or “unknown”."""

    def __init__(self, *args: Any, region: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("help_text", gettext_lazy("For example 31 May 1980, 31.5.1980, 1950 or unknown."))
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
        """As a person writes it."""
        return birth_typed(value) if isinstance(value, Birth) else value

    def clean(self, value: Any) -> Any:
        """The birth date; a sentence says what is wrong with it."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_birth(text, today=timezone.localdate(), is_month_first=self.region in MONTH_FIRST)
        except BadBirth as error:
            raise ValidationError(
                _why(error.why) % {"text": text, "year": EARLIEST_YEAR}, code=error.why
            ) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Another notation of the same day is no change."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


def _why(code: str) -> str:
    return {
        "form": _("Date of birth: “%(text)s” is not a date. Enter 31 May 1980, the year alone, or “unknown”."),
        "day": _("Date of birth: “%(text)s” is not in the calendar. Check day and month."),
        "future": _("Date of birth: “%(text)s” is in the future. Check the year."),
        "early": _("Date of birth: “%(text)s” is before %(year)s. Check the year."),
    }[code]
