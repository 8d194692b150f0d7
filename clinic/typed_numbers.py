"""Numbers as people type them: read as what they mean, or refused with a sentence; never changed silently.

A number input of the browser drops what it does not like: "1,5" becomes 15 and "7/10" becomes 710. So every
number is typed as text, with a keyboard of digits on a phone, and read here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Dashes and signs that mean minus, and the decimal sign of Arabic and Persian.
_SIGNS = str.maketrans({"−": "-", "﹣": "-", "－": "-", "٫": ".", "．": ".", "，": ","})
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?P<sign>[.,])?(?P<places>(?<=[.,])\d{1,12})?|[.,]\d{1,12})")
_RANGE = re.compile(r"\d\s*(?:-|–|—|~|to|bis|or|/)\s*\d", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+")
# How units are written; what a field does not name itself is refused.
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
    """How one field's numbers are read: its unit, and the top of its scale where "7/10" means 7."""

    unit: str = ""
    out_of: int | None = None
    is_whole: bool = True

    def read(self, text: str) -> Decimal | None:
        """The number; None for nothing; ValidationError with a sentence for what is not one."""
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
    """Digits of any script as 0 to 9. Circled and raised digits mean something else and stay as they are."""
    if any(unicodedata.category(sign) in {"No", "Nl"} for sign in typed):
        return typed
    normal = unicodedata.normalize("NFKC", typed).translate(_SIGNS)
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in normal)


class _Typed:
    """Mixed into a number field of Django: typed as text, read here."""

    reading: Reading

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A keyboard of digits on a phone."""
        mode = "numeric" if self.reading.is_whole else "decimal"
        return {} if widget.is_hidden else {"inputmode": mode, "autocomplete": "off"}

    def _read(self, value: Any) -> Decimal | None:
        return self.reading.read(str(value)) if value not in {None, ""} else None


class WholeNumberField(_Typed, forms.IntegerField):
    """A whole number, typed as text."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", out_of: int | None = None, **kwargs: Any) -> None:
        self.reading = Reading(unit=unit, out_of=out_of)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """What was typed, as a number."""
        number = self._read(value)
        return None if number is None else int(number)


class DecimalNumberField(_Typed, forms.DecimalField):
    """A number with decimals, comma or point, typed as text."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        self.reading = Reading(unit=unit, is_whole=False)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """What was typed, as a number."""
        return self._read(value)


class FloatNumberField(_Typed, forms.FloatField):
    """A number with decimals for arithmetic, typed as text."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        self.reading = Reading(unit=unit, is_whole=False)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        """What was typed, as a number."""
        number = self._read(value)
        return None if number is None else float(number)
