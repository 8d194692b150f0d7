"""The options of a list to choose from, for pages with many of the same lists."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
SELECTED = SafeString(" selected")


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: Any) -> SafeString:
    """The option elements of (value, label) pairs, the chosen one selected."""
    return _options(tuple((str(value), str(label)) for value, label in choices), str(chosen))


@lru_cache(maxsize=512)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """The same lists stand on a page many times over; labels come translated."""
    rows = ((value, SELECTED if value == chosen else "", label) for value, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
