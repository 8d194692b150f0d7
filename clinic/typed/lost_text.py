"""Every text field refuses text with a lost letter, because nobody knows which letter it was.

Bytes that are no text become the sign U+FFFD. The check is added to Django's own text field, so that it applies to
the forms of this project, of the admin and of libraries.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LOST = "\ufffd"
_SHOWN = 40


def refuse_lost_letters() -> None:
    """Make every text field refuse lost letters, once for the process."""
    stock = forms.CharField.clean
    if getattr(stock, "refuses_lost_letters", False):
        return

    def clean(self: forms.CharField, value: Any) -> Any:
        # Before the field reads the text: list and JSON fields would report only one of their parts.
        # A password is compared letter by letter and not shown.
        if isinstance(value, str) and LOST in value and not isinstance(self.widget, forms.PasswordInput):
            raise ValidationError(_sentence(str(self.label or _("Text")), value), code="lost")
        return stock(self, value)

    clean.refuses_lost_letters = True  # type: ignore[attr-defined]
    forms.CharField.clean = clean  # type: ignore[method-assign, assignment]


def _sentence(label: str, text: str) -> str:
    place = max(text.index(LOST) - _SHOWN // 2, 0)
    around = text[place : place + _SHOWN]
    words = _("%(label)s: “%(text)s” arrived with a letter missing. Type it again in place of “%(sign)s”.")
    return words % {"label": label, "text": around, "sign": LOST}
