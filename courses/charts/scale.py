"""From weeks and scores to positions on the chart."""

from __future__ import annotations

import math
from dataclasses import dataclass

HIGHEST = 10


@dataclass(frozen=True)
class Frame:
    """The plot's rectangle inside the image, in user units, and the weeks it spans."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    n_weeks: float

    def x(self, week: float) -> float:
        """The position of a week."""
        return self.left + (self.width - self.left - self.right) * week / self.n_weeks

    def y(self, score: float) -> float:
        """The position of a score; 10 at the top."""
        return self.top + (self.height - self.top - self.bottom) * (1 - score / HIGHEST)

    @property
    def x_end(self) -> float:
        """The right edge of the plot."""
        return self.width - self.right

    @property
    def y_end(self) -> float:
        """The bottom edge of the plot."""
        return self.height - self.bottom


def week_ticks(n_weeks: float) -> list[int]:
    """Whole weeks to label on the axis, at most eight steps."""
    step = next(step for step in (1, 2, 4, 8, 13, 26, 52, 104, 520) if n_weeks / step <= 8)
    return list(range(0, math.floor(n_weeks) + 1, step))
