"""Counts over weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from courses.charts.svg import element, path

WIDTH, HEIGHT, FOOT, HEAD = 560, 200, 24, 20


@dataclass(frozen=True)
class Bar:
    """One count with its label."""

    label: str
    value: int


def bars_svg(bars: Sequence[Bar], *, title: str, uid: str) -> SafeString:
    """Bars with values above and labels below."""
    described = ", ".join(f"{bar.label}: {bar.value}" for bar in bars)
    return element(
        "svg",
        element("title", title, id=f"{uid}-title"),
        element("desc", described, id=f"{uid}-desc"),
        *_bars(bars),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="chart bars-chart",
        role="img",
        aria_labelledby=f"{uid}-title {uid}-desc",
        font_size="12",
        font_family="inherit",
    )


def _bars(bars: Sequence[Bar]) -> Iterator[SafeString]:
    top = max((bar.value for bar in bars), default=0) or 1
    step = WIDTH / max(len(bars), 1)
    base = HEIGHT - FOOT
    yield element("path", d=path([(0, base), (WIDTH, base)]), class_="chart-grid", stroke="#8a949e")
    for position, bar in enumerate(bars):
        height = (base - HEAD) * bar.value / top
        middle = step * (position + 0.5)
        yield element(
            "rect",
            x=middle - step * 0.3,
            y=base - height,
            width=step * 0.6,
            height=height,
            rx=2,
            class_="chart-bar",
            fill="#1d5d92",
        )
        yield element(
            "text", str(bar.value), x=middle, y=base - height - 5, text_anchor="middle", class_="chart-value"
        )
        # Every other label if they would overlap.
        if len(bars) <= 8 or position % 2 == (len(bars) - 1) % 2:
            yield element("text", bar.label, x=middle, y=HEIGHT - 7, text_anchor="middle", class_="chart-label")
