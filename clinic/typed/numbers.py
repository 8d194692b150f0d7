"""Numbers as people type them: read as what they mean, or refused with a sentence; never changed silently.

The browser's number input drops what it does not accept: "1,5" becomes 15 and "7/10" becomes 710. So every
number is typed as text, with a numeric keyboard on a phone, and read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clinic.typed.text import plain_digits

# Dashes and signs that mean minus, and the decimal sign of Arabic and Persian.
_SIGNS = str.maketrans({"−": "-", "﹣": "-", "－": "-", "٫": ".", "．": ".", "，": ","})
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?P<sign>[.,])?(?P<places>(?<=[.,])\d{1,12})?|[.,]\d{1,12})")
_RANGE = re.compile(r"\d\s*(?:-|–|—|~|to|bis|or|/)\s*\d", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+")
# How units are written; a unit that is not the field's own is refused.
UNITS: dict[str, tuple[str, ...]] = {
    "mm": ("mm", "millimetre", "millimetres", "millimeter", "millimeters"),
    "min": ("min", "mins", "min.", "minute", "minutes", "'"),
    "°": ("°", "deg", "deg.", "degree", "degrees"),
    "%": ("%", "percent", "per cent"),
    "days": ("d", "day", "days"),
    "needles": ("needle", "needles"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one field reads numbers: its unit, and the top of its scale where "7/10" means 7."""

    unit: str = ""
    out_of: int | None = None
    is_whole: bool = True

    def read(self, text: str) -> Decimal | None:
        """The number; None for empty text; ValidationError with a sentence if it is not a number."""
        typed = text.strip()
        if not typed:
            return None
        plain = self._without_unit(_plain(typed))
        if not _NUMBER.fullmatch(plain) or plain.endswith((".", ",")):
            raise ValidationError(self._not_read(typed, plain), code="number")
        if _GROUPED.fullmatch(plain):
            words = _("“%(typed)s” can be read in two ways. Enter it without a comma or point between thousands.")
            raise ValidationError(words % {"typed": typed}, code="number")
        number = Decimal(plain.replace(",", "."))
        if self.is_whole and number != number.to_integral_value():
            words = _("“%(typed)s” is not a whole number. Enter a number without decimals.")
            raise ValidationError(words % {"typed": typed}, code="number")
        return number

    def _without_unit(self, plain: str) -> str:
        """Without the field's own unit, and without "/10" or "of 10" on a scale up to 10."""
        for word in sorted(UNITS.get(self.unit, ()), key=len, reverse=True):
            if plain.casefold().endswith(word) and plain[: -len(word)].strip():
                return plain[: -len(word)].strip()
        if self.out_of is not None:
            found = re.fullmatch(rf"(.+?)\s*(?:/|out of|of)\s*{self.out_of}", plain, re.IGNORECASE)
            return found[1] if found else plain
        return plain

    def _not_read(self, typed: str, plain: str) -> str:
        values = {"typed": typed, "unit": self.unit}
        if _RANGE.search(plain):
            return _("“%(typed)s” is more than one number. Enter one.") % values
        if re.match(r"[+-]?[\d.,]+\s*[^\W\d]", plain) and self.unit:
            return _("“%(typed)s” is not in %(unit)s. Enter the number in %(unit)s.") % values
        return _("“%(typed)s” is not a number. Use digits only.") % values


def _plain(typed: str) -> str:
    """Digits of any script as 0 to 9, with one kind of minus, comma and point."""
    return plain_digits(typed).translate(_SIGNS)


class _Typed:
    """Mixed into Django's number fields: typed as text, read here."""

    reading: Reading

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A numeric keyboard on a phone."""
        mode = "numeric" if self.reading.is_whole else "decimal"
        return {} if widget.is_hidden else {"inputmode": mode, "autocomplete": "off"}

    def run_validators(self, value: Any) -> None:
        """Refuse a number outside its limits with a message that names both limits."""
        try:
            super().run_validators(value)  # type: ignore[misc]
        except ValidationError as error:
            raise ValidationError([self._plainly(one, value) for one in error.error_list]) from error

    def limits(self) -> tuple[Any, Any]:
        """The lowest and the highest number allowed; None if there is no limit."""
        own: list[Any] = self.validators  # type: ignore[attr-defined]
        least = [one.limit_value for one in own if isinstance(one, MinValueValidator)]
        most = [one.limit_value for one in own if isinstance(one, MaxValueValidator)]
        return max(least, default=None), min(most, default=None)

    def _plainly(self, error: ValidationError, value: Any) -> ValidationError:
        """The same error with the typed number and what is allowed instead."""
        if error.code not in {"min_value", "max_value", "max_digits", "max_whole_digits"}:
            return error
        least, most = self.limits()
        words = {
            (True, True): _("%(number)s is not possible here. Enter a number from %(least)s to %(most)s."),
            (True, False): _("%(number)s is too low. Enter %(least)s or more."),
            (False, True): _("%(number)s is too high. Enter %(most)s or less."),
            (False, False): _("%(number)s has too many digits."),
        }[least is not None, most is not None]
        unit = f" {self.reading.unit}" if self.reading.unit else ""
        said = {"number": _said(value), "least": _said(least), "most": _said(most) + unit}
        return ValidationError(words % said, code=error.code)

    def _read(self, value: Any) -> Decimal | None:
        return self.reading.read(str(value)) if value not in {None, ""} else None


def _said(number: Any) -> str:
    """A number as a page writes it; empty for None."""
    return "" if number is None else str(number_format(number, use_l10n=True))


class WholeNumberField(_Typed, forms.IntegerField):
    """A whole number, typed as text."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", out_of: int | None = None, **kwargs: Any) -> None:
        self.reading = Reading(unit=unit, out_of=out_of)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """The number that was typed."""
        number = self._read(value)
        return None if number is None else int(number)


class DecimalNumberField(_Typed, forms.DecimalField):
    """A number with decimals, comma or point, typed as text."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        self.reading = Reading(unit=unit, is_whole=False)
        super().__init__(**{"localize": True, **kwargs})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The number that was typed."""
        return self._read(value)


class FloatNumberField(_Typed, forms.FloatField):
    """A number with decimals for arithmetic, typed as text."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        self.reading = Reading(unit=unit, is_whole=False)
        super().__init__(**{"localize": True, **kwargs})

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        """The number that was typed."""
        number = self._read(value)
        return None if number is None else float(number)
