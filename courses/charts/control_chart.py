"""A monthly rate between its control limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.country.shown import shown_month, shown_number
from courses.charts.svg import element, path

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 38, 22, 14, 30
N_LABELS, LEAST_TOP = 5, 10.0


@dataclass(frozen=True)
class MonthRate:
    """One month, such as 2026-03: alerts per 100 sessions, sessions, and the control limits."""

    month: str
    per_100: float
    n_sessions: int
    low: float
    high: float

    @property
    def label(self) -> str:
        """The month in words."""
        year, month = self.month.split("-")
        return shown_month(date(int(year), int(month), 1))

    @property
    def is_outside(self) -> bool:
        """Whether chance hardly explains it."""
        return not self.low <= self.per_100 <= self.high


def control_svg(months: Sequence[MonthRate], *, title: str, uid: str) -> SafeString:
    """A dot for each month, with the limits as steps around them."""
    described = "; ".join(f"{one.label}: {shown_number(one.per_100, 1)}" for one in months)
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
    top = _top(months)
    step = (WIDTH - LEFT - RIGHT) / max(len(months), 1)

    def y(value: float) -> float:
        return TOP + (HEIGHT - BOTTOM - TOP) * (1 - min(value / top, 1.0))

    for place, one in enumerate(months):
        yield _limits(one, left=LEFT + step * place, width=step, y=y)
    for tick in (0, top // 2, top):
        line = path([(LEFT, y(tick)), (WIDTH - RIGHT, y(tick))])
        yield element("path", d=line, class_="chart-grid", stroke="#d5dbe1")
        yield element("text", str(tick), x=LEFT - 8, y=y(tick) + 4, text_anchor="end", class_="chart-label")
    every = -(-len(months) // N_LABELS)
    for place, one in enumerate(months):
        middle = LEFT + step * (place + 0.5)
        words = element("title", f"{one.label}: {shown_number(one.per_100, 1)} / 100, {one.n_sessions}")
        dot, fill = ("chart-dot-outside", "#b3261e") if one.is_outside else ("chart-dot", "#1d5d92")
        yield element("circle", words, cx=middle, cy=y(one.per_100), r=5 + one.is_outside, class_=dot, fill=fill)
        if place % every == 0:
            yield element("text", one.label, x=middle, y=HEIGHT - 6, text_anchor="middle", class_="chart-label")


def _top(months: Sequence[MonthRate]) -> int:
    """Room for every rate and for the usual limit; the wide limit of a month with few sessions is cut off."""
    usual = median(one.high for one in months) if months else 0.0
    highest = max([LEAST_TOP, 1.25 * usual, *(1.05 * one.per_100 for one in months)])
    return min(-(-int(highest + 0.999) // 10) * 10, 100)


def _limits(one: MonthRate, *, left: float, width: float, y: Callable[[float], float]) -> SafeString:
    height = y(one.low) - y(one.high)
    return element(
        "rect", x=left, y=y(one.high), width=width, height=height, class_="chart-band90", fill="#dceaf5"
    )
