"""Shape and peak of a course, from draws of its level: the same line that is drawn."""

from dataclasses import dataclass

import numpy as np

from courses.curve.results import Peak, Shape, ShapeName
from courses.curve.scores import HIGHEST_SCORE, Floats

SMALL_CHANGE = 1.0
# A line that rises by half a point visibly rises.
SMALL_RISE = 0.5


@dataclass(frozen=True, eq=False)
class Paths:
    """Draws of a course's level (n, m) at increasing weeks (m,), the first 0; `deviations` (n, m) are draws of
    the uncertainty in the good and bad weeks around them.
    """

    weeks: Floats
    levels: Floats
    deviations: Floats

    @property
    def changes(self) -> Floats:
        """The level at the end minus that at the start, of each draw, within the scale, (n,)."""
        ends = np.clip((self.levels + self.deviations)[:, [0, -1]], 0.0, HIGHEST_SCORE)
        return np.asarray(ends[:, 1] - ends[:, 0])

    @property
    def rises(self) -> Floats:
        """How far the top of each draw is above its start, (n,)."""
        return np.asarray(self.levels.max(axis=1) - self.levels[:, 0])

    def tops(self, *, is_smooth: bool = True) -> Floats:
        """The week of the top of each draw, (n,); infinite where it is the last."""
        places = (self.levels if is_smooth else self.levels + self.deviations).argmax(axis=1)
        return np.where(places == len(self.weeks) - 1, np.inf, self.weeks[places])


def shape_of(paths: Paths, *, n_scores: int, prior_version: int | str) -> Shape:
    """Return the probability of each shape up to the last week; a change below one point is a plateau."""
    change = paths.changes
    flares = (paths.rises >= SMALL_RISE) & np.isfinite(paths.tops()) & (change < 0)
    worsens = ~flares & (change >= SMALL_CHANGE)
    plateaus = ~flares & (np.abs(change) < SMALL_CHANGE)
    steady = ~(flares | worsens | plateaus)
    probabilities = {
        ShapeName.STEADY: float(steady.mean()),
        ShapeName.FLARE_THEN_IMPROVE: float(flares.mean()),
        ShapeName.PLATEAU: float(plateaus.mean()),
        ShapeName.WORSENING: float(worsens.mean()),
    }
    name = max(probabilities, key=lambda shape: probabilities[shape])
    end_week = float(paths.weeks[-1])
    return Shape(name, probabilities[name], probabilities, end_week, n_scores, prior_version)


def peak_of(paths: Paths, *, last_week: float, n_scores: int, prior_version: int | str) -> Peak | None:
    """Return the top of the level with 90 % intervals; None unless it is certainly within the course, at least
    a point above the start. At the last score there is none: that the line falls from now on is a projection.
    """
    tops = paths.tops()
    middle = float(np.quantile(tops, 0.5, method="inverted_cdf"))
    low, high = np.quantile(paths.tops(is_smooth=False), [0.05, 0.95], method="inverted_cdf").tolist()
    is_inside = low > 0.0 and np.isfinite(high) and low <= middle <= high and middle != last_week
    if not is_inside or np.median(paths.rises) < SMALL_CHANGE:
        return None
    heights = paths.levels.max(axis=1)[np.isfinite(tops)]
    bottom, height, top = np.clip(np.quantile(heights, [0.05, 0.5, 0.95]), 0.0, HIGHEST_SCORE).tolist()
    return Peak(middle, (low, high), height, (bottom, top), n_scores, prior_version)
