"""Shape and peak of a course, from draws of its curve."""

from dataclasses import dataclass

import numpy as np

from courses.curve.answers import Peak, Shape, ShapeName
from courses.curve.design import WEEKS_PER_UNIT, clamp_shift
from courses.curve.scores import HIGHEST_SCORE, Floats

SMALL_CHANGE = 1.0


@dataclass(frozen=True, eq=False)
class Curves:
    """Draws of (b0, b1, b2) (n, 3) of a course whose last score is at a week."""

    draws: Floats
    last_week: float

    def levels(self, week: float) -> Floats:
        """Return the level of each draw at a week, held after its vertex by the clamp, (n,)."""
        n = len(self.draws)
        shift = clamp_shift(self.draws, weeks=np.full(n, week), last_weeks=np.full(n, self.last_week))
        u = week / WEEKS_PER_UNIT
        return np.asarray(self.draws @ np.array([1.0, u, u * u]) + shift)

    def peak_weeks(self) -> Floats:
        """Return the week of the top of each draw, (n,); infinite where it opens upward."""
        b1, b2 = self.draws[:, 1], self.draws[:, 2]
        tops = np.divide(-b1, 2.0 * b2, out=np.full(len(b1), np.inf), where=b2 < 0)
        return np.asarray(WEEKS_PER_UNIT * tops)


def shape_of(curves: Curves, end_week: float, *, n_scores: int, prior_version: int | str) -> Shape:
    """Return the probability of each shape up to a week; a change below one point is a plateau."""
    change = curves.levels(float(end_week)) - curves.draws[:, 0]
    rises_first = (curves.draws[:, 1] > 0) & (curves.peak_weeks() < end_week)
    flares = rises_first & (change < 0)
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
    return Shape(name, probabilities[name], probabilities, float(end_week), n_scores, prior_version)


def peak_of(curves: Curves, end_week: float, *, n_scores: int, prior_version: int | str) -> Peak | None:
    """Return the top of the curve with 90 % intervals; None unless it surely lies within the course."""
    weeks = curves.peak_weeks()
    low, middle, high = np.quantile(weeks, [0.05, 0.5, 0.95], method="inverted_cdf").tolist()
    if not (low > 0.0 and np.isfinite(high) and middle <= end_week):
        return None
    has_top = np.isfinite(weeks)
    heights = curves.draws[has_top, 0] + 0.5 * curves.draws[has_top, 1] * weeks[has_top] / WEEKS_PER_UNIT
    bottom, height, top = np.clip(np.quantile(heights, [0.05, 0.5, 0.95]), 0.0, HIGHEST_SCORE).tolist()
    return Peak(middle, (low, high), height, (bottom, top), n_scores, prior_version)
