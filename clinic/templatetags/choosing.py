"""Choices: lists, buttons and suggestions, for pages with many of the same."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
SELECTED, CHECKED, FOCUS = SafeString(" selected"), SafeString(" checked"), SafeString(" autofocus")
# The same lists appear many times on a page, and on the next page again.
N_KEPT = 512

Pairs = tuple[tuple[str, str], ...]


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: Any) -> SafeString:
    """The option elements of (value, label) pairs, the chosen one selected."""
    return _options(tuple((str(value), str(label)) for value, label in choices), str(chosen))


@register.simple_tag
def radios(
    name: str, choices: Iterable[tuple[Any, Any]], chosen: Any, css: str = "", *, has_focus: bool = False
) -> SafeString:
    """A labelled radio button for each (value, label) pair, the chosen one checked, the first in focus."""
    pairs = tuple((str(value), str(label)) for value, label in choices)
    return _radios(name, pairs, str(chosen), css, has_focus=has_focus)


@register.simple_tag
def suggestions(rows: Iterable[tuple[str, str, Pairs]]) -> SafeString:
    """The option elements of a datalist: value, label and data of each, without empty ones."""
    return SafeString("".join(_suggestion(*row) for row in rows))


@lru_cache(maxsize=4 * N_KEPT)
def _suggestion(value: str, label: str, data: Pairs) -> SafeString:
    filled = format_html_join("", ' data-{}="{}"', ((name, words) for name, words in data if words))
    return format_html('<option value="{}"{}>{}</option>', value, filled, label)


@lru_cache(maxsize=N_KEPT)
def _options(choices: Pairs, chosen: str) -> SafeString:
    rows = ((value, SELECTED if value == chosen else "", label) for value, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


@lru_cache(maxsize=N_KEPT)
def _radios(name: str, choices: Pairs, chosen: str, css: str, *, has_focus: bool) -> SafeString:
    label_class = format_html(' class="{}"', css) if css else ""
    rows = (
        (
            label_class,
            name,
            value,
            f"id_{name}_{value}",
            CHECKED if value == chosen else "",
            FOCUS if has_focus and place == 0 else "",
            label,
        )
        for place, (value, label) in enumerate(choices)
    )
    element = '<label{}><input type="radio" name="{}" value="{}" id="{}"{}{}><span>{}</span></label>'
    return format_html_join("", element, rows)
