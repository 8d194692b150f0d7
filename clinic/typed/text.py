"""Removes invisible characters from typed and pasted text, before any form reads it.

Control characters, zero-width characters and direction marks make two names differ that look the same, and
PostgreSQL refuses a NUL. Joiners stay where a script needs them: between letters of Arabic or Indic scripts, and
in joined emoji. Letters are composed (NFC), so that a search finds them however they were typed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

KEPT = frozenset("\t\n\r")
JOINERS = frozenset("\u200c\u200d")
# Fields that are compared letter by letter with an earlier value.
SECRET = ("password", "csrfmiddlewaretoken")


def without_unseen(text: str) -> str:
    """The text without invisible characters, its letters composed."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text)
    kept = "".join(sign for place, sign in enumerate(text) if _is_seen(text, place, sign))
    # The character between a letter and its accent may be gone now.
    return unicodedata.normalize("NFC", kept)


def _is_seen(text: str, place: int, sign: str) -> bool:
    if sign in JOINERS:
        return 0 < place < len(text) - 1 and _joins(text[place - 1]) and _joins(text[place + 1])
    # Format and control characters; the soft hyphen is one of the former.
    return sign in KEPT or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}


def plain_digits(typed: str) -> str:
    """Digits of any script as 0 to 9. Circled and raised digits have another meaning and stay."""
    if any(unicodedata.category(sign) in {"No", "Nl"} for sign in typed):
        return typed
    normal = unicodedata.normalize("NFKC", typed)
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in normal)


def _joins(sign: str) -> bool:
    """Whether this character belongs to a script that uses joiners, unlike Latin, Greek and Cyrillic letters."""
    return ord(sign) >= 0x0600 and unicodedata.category(sign)[0] in "LMS"


class TypedTextMiddleware:
    """Clean the text of forms and addresses before a view reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = _cleaned(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = _cleaned(request.POST)  # type: ignore[assignment]
        return self.get_response(request)


def _is_secret(name: str) -> bool:
    return any(word in name for word in SECRET)


def _cleaned(typed: QueryDict) -> QueryDict:
    """The same object if there is nothing to clean."""
    cleaned = {
        name: [value if _is_secret(name) else without_unseen(value) for value in values]
        for name, values in typed.lists()
    }
    if all(typed.getlist(name) == values for name, values in cleaned.items()):
        return typed
    copy = typed.copy()
    for name, values in cleaned.items():
        copy.setlist(name, values)
    copy._mutable = False
    return copy
