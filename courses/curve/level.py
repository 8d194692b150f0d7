"""The smoothed level of one course: its parabola and the bad or good weeks that carry over.

Given the curve b, the deviation w at any time is a linear function of the scores with weights that do not depend
on the patient's noise, for w and noise scale together (Laird & Ware 1982; smoothing: Rauch, Tung & Striebel 1965):

    E[w(t) | b, scores] = G(t) (levels - X b)        G(t) = c^2 K(t, s) (c^2 K(s, s) + I)^-1
    Cov[w(t), w(u) | b, scores] = s^2 (c^2 K(t, u) - c^2 G(t) K(s, u))    K(t, u) = exp(-|t - u| / l)

So the level x(t)'b + w(t) is a linear function of b, with the row x(t) - G(t) X, for every level of noise at once.
After the last score G(t) fades as exp(-gap / l): the projection bends back to the parabola.
"""

from dataclasses import dataclass

import numpy as np

from courses.curve.filtering import Filtered
from courses.curve.predictive import Targets
from courses.curve.prior import Prior
from courses.curve.scores import Floats


@dataclass(frozen=True, eq=False)
class Levels:
    """The level of one course at m weeks as a linear function of b: rows `x` (m, r), and what the scores add
    whatever b is, `base` (m,); `covariance` (m, m) is what is left between those weeks, in units of s^2.
    """

    x: Floats
    base: Floats
    covariance: Floats

    @classmethod
    def of(cls, prior: Prior, filtered: Filtered, *, weeks: Floats, rows: Floats) -> "Levels":
        """Return the level of the filtered course at weeks (m,), where the parabola has the rows (m, r)."""
        seen = filtered.panel.weeks
        carried = _carried(prior, weeks, seen)
        total = _carried(prior, seen, seen) + np.eye(len(seen))
        gains = np.linalg.solve(total, carried.T).T
        return cls(
            x=rows - gains @ filtered.rows,
            base=gains @ filtered.levels,
            covariance=_carried(prior, weeks, weeks) - gains @ carried.T,
        )

    def targets(self, *, means: Floats, shift: Floats, noise: float) -> Targets:
        """Return the levels as targets around the prior means of b (r,), with noise in units of s^2 added."""
        left = np.maximum(np.diag(self.covariance), 0.0)
        return Targets(x=self.x, base=self.x @ means + self.base + shift, variance=left + noise)

    def contrast(self, weights: Floats) -> "Levels":
        """Return the weighted sum of the levels, as one level."""
        variance = weights @ self.covariance @ weights
        return Levels((weights @ self.x)[None, :], np.array([weights @ self.base]), np.array([[variance]]))


def _carried(prior: Prior, weeks: Floats, others: Floats) -> Floats:
    """Return c^2 exp(-|t - u| / l) of weeks (m,) and others (n,), (m, n)."""
    return np.asarray(prior.carry**2 * np.exp(-np.abs(weeks[:, None] - others) / prior.carry_weeks))
