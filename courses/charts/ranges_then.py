"""The range expected at each past session, as it was then: drawn on request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.country.shown import shown_number
from courses.charts.scale import Frame
from courses.charts.svg import element, path

CAP, MIDDLE = 5, 3


@dataclass(frozen=True)
class RangeThen:
    """What was expected of one score before it was known: the mean, and the range of nine in ten."""

    week: float
    session: int | None
    score: int
    mean: float
    low90: int
    high90: int

    @property
    def is_outside(self) -> bool:
        """Whether the score was outside the range."""
        return not self.low90 <= self.score <= self.high90

    @property
    def words(self) -> str:
        """The range in words."""
        values = {
            "number": self.session,
            "week": shown_number(self.week, 1),
            "low": self.low90,
            "high": self.high90,
            "mean": self.mean,
            "score": self.score,
        }
        if self.session is None:
            return (
                _("Week %(week)s: expected then %(low)d to %(high)d, about %(mean).0f. It was %(score)d.") % values
            )
        return (
            _("Session %(number)d: expected then %(low)d to %(high)d, about %(mean).0f. It was %(score)d.")
            % values
        )


def range_parts(ranges: tuple[RangeThen, ...], frame: Frame) -> Iterator[SafeString]:
    """A thin bracket behind each score, with a notch at the expected mean."""
    for one in ranges:
        x, low, high, mean = frame.x(one.week), *map(frame.y, (one.low90, one.high90, one.mean))
        bracket = (
            path([(x - CAP, high), (x + CAP, high)])
            + path([(x, high), (x, low)])
            + path([(x - CAP, low), (x + CAP, low)])
            + path([(x, mean), (x + MIDDLE, mean)])
        )
        yield element(
            "g",
            element("title", one.words),
            element("path", d=bracket, class_="chart-then", fill="none", stroke="#47555e", stroke_width=1.2),
        )
