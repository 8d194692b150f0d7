"""The distribution of a coming score over 0..10, and values derived from it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from courses.curve.design import Effects
from courses.curve.posterior import Posterior
from courses.curve.scores import HIGHEST_SCORE, N_SCORE_VALUES, Floats, Ints

RISE = 3
# The weight of the written score itself in LR*, beside the mean.
WRITTEN_SHARE = 0.25
SMALLEST_PROBABILITY = 1e-12
SCORE_VALUES = np.arange(N_SCORE_VALUES, dtype=np.float64)
_CUTS = np.arange(HIGHEST_SCORE) + 0.5


@dataclass(frozen=True, eq=False)
class Targets:
    """Where scores are predicted, n items: design row minus its prediction `x` (n, r), mean at the prior
    `base` (n,), variance of deviation and noise in units of s^2 (n,), and added variance in points squared.
    """

    x: Floats
    base: Floats
    variance: Floats
    added: Floats | float = 0.0


@dataclass(frozen=True, eq=False)
class Mixture:
    """Normal mixtures: means, standard deviations and weights of n items, (n, k) each."""

    means: Floats
    sds: Floats
    weights: Floats

    def probabilities(self, *, rise: float | Floats = 0.0) -> Floats:
        """Return the mass of each whole score with the mean raised, by one or by n rises, (n, 11); the ends absorb
        the tails.
        """
        means = self.means + np.reshape(rise, (-1, 1))
        below = np.empty((len(self.means), HIGHEST_SCORE))
        for column, cut in enumerate(_CUTS):
            below[:, column] = (self.weights * ndtr((cut - means) / self.sds)).sum(axis=1)
        edges = np.concatenate([np.zeros((len(below), 1)), below, np.ones((len(below), 1))], axis=1)
        masses = np.maximum(np.diff(edges, axis=1), SMALLEST_PROBABILITY)
        return np.asarray(masses / masses.sum(axis=1, keepdims=True))


def mixture(effects: Effects, posterior: Posterior, *, targets: Targets) -> Mixture:
    """Return the predictive mixture of each item's target."""
    grid = posterior.grid
    loading = np.einsum("nij,ni->nj", posterior.basis, targets.x)
    slope = targets.x @ effects.slope
    means = targets.base[:, None] + slope[:, None] * grid.z
    variances = targets.variance[:, None] * grid.variance + np.reshape(targets.added, (-1, 1))
    for effect in range(targets.x.shape[1]):
        weight = loading[:, effect, None] / (grid.variance + posterior.eigenvalues[:, effect, None])
        pull = posterior.pull[:, effect, None] - grid.z * posterior.slope_pull[:, effect, None]
        means += weight * pull
        variances += weight * loading[:, effect, None] * grid.variance
    return Mixture(means, np.sqrt(variances), posterior.weights)


def running_likelihood_ratio(p: Floats, *, raised: Floats) -> Floats:
    """Return LR*(y) = max over k <= y of P(k | 3 points worse) / P(k), (n, 11); never falls with y.

    "3 points worse" pools two readings of it by their logarithms: the mean raised by 3, with three parts, and the
    written score itself raised by 3, with one part. If most scores are 0 the mean is far below the scale, and
    raising it has too little effect.
    """
    pooled = raised ** (1.0 - WRITTEN_SHARE) * _written_higher(p) ** WRITTEN_SHARE
    return np.maximum.accumulate(pooled / p, axis=-1)


def _written_higher(p: Floats) -> Floats:
    """Return the distribution of a score of distribution p (..., 11) written 3 points higher, 10 at most."""
    higher = np.full_like(p, SMALLEST_PROBABILITY)
    higher[..., RISE:] = p[..., :-RISE]
    higher[..., -1] += p[..., -RISE:].sum(axis=-1)
    return higher


def quantile_scores(p: Floats, *, levels: Floats) -> Ints:
    """Return the smallest score whose cumulative probability reaches each level (m,), (n, m)."""
    below = np.cumsum(p[:, :-1], axis=1)
    return np.asarray((below[:, None, :] < levels[:, None] - 1e-12).sum(axis=2))


def spread_quantiles(p: Floats, *, levels: Floats) -> Floats:
    """Return quantiles at levels (m,) of p with each score's mass spread evenly over half a point on either side,
    within 0..10, (n, m). Rounded up from the half below they are those of `quantile_scores`.
    """
    scores, below = quantile_scores(p, levels=levels), np.cumsum(p, axis=1)
    rows = np.arange(len(p))[:, None]
    mass = p[rows, scores]
    inside = np.clip((levels - (below[rows, scores] - mass)) / mass, 0.0, 1.0)
    return np.clip(scores - 0.5 + inside, 0.0, HIGHEST_SCORE)


def upper_tails(p: Floats) -> Floats:
    """Return P(Y >= k) for k = 0..10, (n, 11)."""
    return np.minimum(np.cumsum(p[..., ::-1], axis=-1)[..., ::-1], 1.0)
