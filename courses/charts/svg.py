"""Helpers for SVG: escaped text, presentation attributes and classes only."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString

Value = str | float | int


def element(name: str, *children: str, **attributes: Value | None) -> SafeString:
    """One element; `_` in an attribute's name becomes `-`, a trailing one is dropped."""
    opening = "".join(
        f' {_name(key)}="{escape(_text(value))}"' for key, value in attributes.items() if value is not None
    )
    inner = "".join(child if isinstance(child, SafeString) else escape(str(child)) for child in children)
    # Every part was escaped above, or is already safe.
    return SafeString(f"<{name}{opening}>{inner}</{name}>" if inner else f"<{name}{opening}/>")


def path(points: Iterable[tuple[float, float]], *, is_closed: bool = False) -> str:
    """Path data through points."""
    steps = [f"{_text(x)} {_text(y)}" for x, y in points]
    return ("M" + "L".join(steps) + ("Z" if is_closed else "")) if steps else ""


@lru_cache(maxsize=256)
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-") if key not in {"viewBox"} else key


def _text(value: Value) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
