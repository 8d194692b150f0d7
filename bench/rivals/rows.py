"""A rival's input for each score: only the earlier scores of its course."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from courses.curve import Panel
from courses.curve.scores import Floats, Ints

N_VALUES = 11
# No score is impossible: scores a rival never saw share this probability.
LEAST_MASS = 1e-3
_CUTS = np.arange(N_VALUES - 1) + 0.5

# Predictions (n, 11) of the rows (n,) of a panel.
Predict = Callable[[Panel, Ints], Floats]


@dataclass(frozen=True, eq=False)
class Lags:
    """For the rows (n,) of a panel: last and second-last score, mean of all earlier ones, first score, weeks since
    the last one and since the first.
    """

    panel: Panel
    rows: Ints

    @property
    def last(self) -> Ints:
        return self.panel.scores[self.rows - 1].astype(np.int64)

    @property
    def second(self) -> Ints:
        return self.panel.scores[np.maximum(self.rows - 2, self._starts)].astype(np.int64)

    @cached_property
    def mean(self) -> Floats:
        total = np.append(0.0, np.cumsum(self.panel.scores))
        return np.asarray((total[self.rows] - total[self._starts]) / self.panel.step[self.rows])

    @property
    def first(self) -> Floats:
        return self.panel.scores[self._starts]

    @property
    def gap(self) -> Floats:
        return self.panel.weeks[self.rows] - self.panel.weeks[self.rows - 1]

    @property
    def week(self) -> Floats:
        return self.panel.weeks[self.rows] - self.panel.weeks[self._starts]

    @property
    def _starts(self) -> Ints:
        return self.panel.starts[self.panel.course[self.rows]]


def told_rows(panel: Panel) -> Ints:
    """From the third score of each course on."""
    return np.flatnonzero(panel.step >= 2)


def mixed_in(p: Floats) -> Floats:
    """Distributions (n, 11) with a little probability everywhere."""
    p = np.maximum(p, 0.0)
    p = p / p.sum(axis=1, keepdims=True)
    return np.asarray((1.0 - LEAST_MASS) * p + LEAST_MASS / N_VALUES)


def whole_scores_of(means: Floats, sds: Floats) -> Floats:
    """The mass of each whole score under normal distributions (n,), the ends with their tails, (n, 11)."""
    below = ndtr((_CUTS - means[:, None]) / sds[:, None])
    edges = np.concatenate([np.zeros((len(means), 1)), below, np.ones((len(means), 1))], axis=1)
    return mixed_in(np.diff(edges, axis=1))


def written_higher(p: Floats, *, by: int = 3) -> Floats:
    """Distributions (n, 11) of a score that is written some points higher, 10 at most."""
    higher = np.zeros_like(p)
    higher[:, by:] = p[:, :-by]
    higher[:, -1] += p[:, -by:].sum(axis=1)
    return mixed_in(higher)
