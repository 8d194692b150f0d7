"""Reads the values in an address, or says that one was not understood. The one place for every page.

An address is typed, shortened, copied from a mail. Dropping a value silently would show another page than the one
that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

T = TypeVar("T")
LONGEST_SEARCH = 100
_SHOWN = 40


def asked(request: HttpRequest, name: str, read: Callable[[str], T | None]) -> T | None:
    """The value for a name in the address; None, with a message, if it means nothing or is ambiguous."""
    values = {value for value in request.GET.getlist(name) if value.strip()}
    if not values:
        return None
    if len(values) > 1:
        words = _("The page address contains “%(name)s” more than once, with different values. It was ignored.")
        _tell(request, name, words % {"name": name})
        return None
    typed = values.pop()
    try:
        found = read(typed)
    except ValidationError as error:
        _tell(request, name, " ".join(error.messages))
        return None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        words = _("“%(typed)s” in the page address was not understood. It was ignored.")
        _tell(request, name, words % {"typed": shortened(typed)})
    return found


def one_of(values: Collection[str]) -> Callable[[str], str | None]:
    """For `asked`: one of these."""
    return lambda typed: typed if typed in values else None


def searched(request: HttpRequest) -> str:
    """The words of a search; a very long text is cut, with a message."""
    typed = str(request.GET.get("q", ""))
    if len(typed) > LONGEST_SEARCH:
        words = _("The search was too long. Only its first %(n)d characters were used.")
        _tell(request, "q", words % {"n": LONGEST_SEARCH})
    return typed[:LONGEST_SEARCH]


def shortened(typed: str) -> str:
    """As much of a value as fits in a sentence."""
    return typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…"


def _tell(request: HttpRequest, name: str, words: str) -> None:
    """Once for each name, and not again when the page's form is sent."""
    shown: set[str] = request.__dict__.setdefault("told_of_address", set())
    if name not in shown and request.method == "GET":
        shown.add(name)
        messages.warning(request, words)
