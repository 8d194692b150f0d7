"""A rate by month between its control limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.svg import element, path

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 14, 26


@dataclass(frozen=True)
class MonthRate:
    """One month: alerts per 100 sessions, sessions, and where chance alone would keep it."""

    month: str
    per_100: float
    n_sessions: int
    low: float
    high: float

    @property
    def is_outside(self) -> bool:
        """Whether chance alone hardly explains it."""
        return not self.low <= self.per_100 <= self.high


def control_svg(months: Sequence[MonthRate], *, title: str, uid: str) -> SafeString:
    """Dots for the months, the limits as steps around them."""
    described = "; ".join(f"{one.month}: {one.per_100:.1f}" for one in months)
    return element(
        "svg",
        element("title", title, id=f"{uid}-title"),
        element("desc", described or _("No month yet."), id=f"{uid}-desc"),
        *_parts(months),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="chart control-chart",
        role="img",
        aria_labelledby=f"{uid}-title {uid}-desc",
        font_size="12",
        font_family="inherit",
    )


def _parts(months: Sequence[MonthRate]) -> Iterator[SafeString]:
    top = max([10.0, *(max(one.high, one.per_100) for one in months)]) * 1.05
    step = (WIDTH - LEFT - RIGHT) / max(len(months), 1)
    y_end = HEIGHT - BOTTOM

    def y(value: float) -> float:
        return TOP + (y_end - TOP) * (1 - value / top)

    for tick in (0, round(top / 2), round(top)):
        yield element(
            "path", d=path([(LEFT, y(tick)), (WIDTH - RIGHT, y(tick))]), class_="chart-grid", stroke="#d5dbe1"
        )
        yield element("text", str(tick), x=LEFT - 8, y=y(tick) + 4, text_anchor="end", class_="chart-label")
    for place, one in enumerate(months):
        left, middle = LEFT + step * place, LEFT + step * (place + 0.5)
        yield element(
            "rect",
            x=left,
            y=y(one.high),
            width=step,
            height=y(one.low) - y(one.high),
            class_="chart-band90",
            fill="#dceaf5",
        )
        words = element("title", f"{one.month}: {one.per_100:.1f} / 100, {one.n_sessions}")
        dot, fill = ("chart-dot-outside", "#b3261e") if one.is_outside else ("chart-dot", "#1d5d92")
        yield element("circle", words, cx=middle, cy=y(one.per_100), r=4.5, class_=dot, fill=fill)
        if place % max(1, len(months) // 8) == 0:
            yield element(
                "text", one.month[2:], x=middle, y=HEIGHT - 8, text_anchor="middle", class_="chart-label"
            )
