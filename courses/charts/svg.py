"""A few words of SVG: escaped, presentation attributes and classes only."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

Value = str | float | int


def element(name: str, *children: str, **attributes: Value | None) -> SafeString:
    """One element; `_` in an attribute's name stands for `-`, a trailing one is dropped."""
    pairs = ((_name(key), _text(value)) for key, value in attributes.items() if value is not None)
    opening = format_html_join("", ' {}="{}"', pairs)
    inner = "".join(conditional_escape(child) for child in children)
    # Every part was escaped above.
    return mark_safe(f"<{name}{opening}>{inner}</{name}>" if inner else f"<{name}{opening}/>")  # noqa: S308


def path(points: Iterable[tuple[float, float]], *, is_closed: bool = False) -> str:
    """Path data through points."""
    steps = [f"{_text(x)} {_text(y)}" for x, y in points]
    return ("M" + "L".join(steps) + ("Z" if is_closed else "")) if steps else ""


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-") if key not in {"viewBox"} else key


def _text(value: Value) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
