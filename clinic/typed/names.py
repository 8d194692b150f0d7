"""Names of people as they are typed: invisible characters are removed, or the name is refused with a sentence."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Characters that change the direction of text, and invisible characters.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
# Two joiners belong to the spelling only in Persian and in Indian scripts.
JOINERS = re.compile(
    "(?<![\u0600-\u06ff\u0900-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u06ff\u0900-\u0dff])"
)
CONTROL_CATEGORIES = {"Cc", "Cs", "Co", "Cn"}
# The sign for a letter that could not be read: the letter itself is lost.
LOST = "\ufffd"
# Columns that hold a person's name, for model forms.
NAME_COLUMNS = frozenset(
    {"given_name", "family_name", "first_name", "last_name", "diagnosed_by", "written_by", "addressee"}
)


class BadName(ValueError):
    """An invalid name; the message is for the person who typed it."""


def clean_name(text: str) -> str:
    """A name as it is stored: composed (NFC), single spaces, nothing invisible; BadName for control characters."""
    text = JOINERS.sub("", INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    text = " ".join(text.split())
    if LOST in text or any(unicodedata.category(character) in CONTROL_CATEGORIES for character in text):
        raise BadName("control")
    if text and not any(unicodedata.category(character)[0] == "L" for character in text):
        raise BadName("no letter")
    return text


class NameField(forms.CharField):
    """A name without invisible characters; control characters are refused."""

    def to_python(self, value: Any) -> str:
        """The name as it is stored."""
        text = super().to_python(value) or ""
        try:
            return clean_name(text)
        except BadName as error:
            shown = "".join(character if character.isprintable() else LOST for character in text)
            why = {
                "control": _(
                    "%(label)s: “%(text)s” contains a character that does not belong in a name. Type it again."
                ),
                "no letter": _("%(label)s: “%(text)s” has no letter in it. Enter the name."),
            }[str(error)]
            raise ValidationError(why % {"label": self.label or _("Name"), "text": shown}) from error
