"""Exact posterior of every course's curve, given its noise, on a grid of noise levels.

With the deviation filtered out, a course is a linear regression with noise s^2 (Laird & Ware 1982). One
simultaneous diagonalisation of prior and information per course makes posterior, marginal likelihood and
predictive sums over four numbers, for any number of noise levels.
"""

from dataclasses import dataclass

import numpy as np

from courses.curve.design import Effects
from courses.curve.prior import Prior
from courses.curve.scores import Floats, Ints

GRID_HALF_WIDTH = 6.0
MIN_NODES, MAX_NODES = 13, 81
NODES_PER_WIDTH = 9.0
N_DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Information:
    """Sufficient statistics of n items: X'X (n, r, r), X'd (n, r), d'd (n,), number of scores (n,).

    X and d are filtered and scaled to noise s^2; d is the score minus offset and prior mean.
    """

    xx: Floats
    xd: Floats
    dd: Floats
    n_scores: Ints


def nodes_for(noise_spread: float, *, n_scores: int, per_width: float = NODES_PER_WIDTH) -> int:
    """Return how many even nodes integrate over log noise when n scores have been seen.

    They narrow z to about 1 / sqrt(1 + 2 n spread^2), and an even grid's error falls exponentially in the square
    of width over spacing: nodes are added in step instead of re-centring the grid on each course.
    """
    wanted = int(np.ceil(per_width * np.sqrt(1.0 + 2.0 * n_scores * noise_spread**2))) + 1
    return min(max(MIN_NODES, wanted), MAX_NODES)


@dataclass(frozen=True, eq=False)
class NoiseGrid:
    """Levels of a patient's noise: standardised log noise z, variance s^2, log prior weight, each (k,)."""

    z: Floats
    variance: Floats
    log_weight: Floats

    @classmethod
    def of(cls, prior: Prior, *, n_scores: int, n_nodes: int | None = None) -> "NoiseGrid":
        """Return an even grid fine enough for the longest series, or one of n_nodes."""
        n_nodes = n_nodes or nodes_for(prior.noise_spread, n_scores=n_scores)
        z = np.linspace(-GRID_HALF_WIDTH, GRID_HALF_WIDTH, n_nodes)
        log_weight = -0.5 * z**2 - np.where(np.abs(z) == GRID_HALF_WIDTH, np.log(2.0), 0.0)
        log_weight -= np.log(np.exp(log_weight).sum())
        return cls(z, prior.noise_variance(z), log_weight)


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posterior of n courses: b = mean + z * slope + basis beta, given node k each beta_r is independent.

    `eigenvalues` (n, r), `basis` (n, r, r), `pull` and `slope_pull` (n, r): E[beta_r] =
    (pull_r - z slope_pull_r) / (s^2 + eigenvalue_r), Var[beta_r] = s^2 / (s^2 + eigenvalue_r).
    `weights` (n, k) are the nodes' posterior probabilities, `log_likelihood` (n,) the marginal density's
    logarithm without the filter's own determinant.
    """

    grid: NoiseGrid
    eigenvalues: Floats
    basis: Floats
    pull: Floats
    slope_pull: Floats
    weights: Floats
    log_likelihood: Floats

    def repeated(self, n: int) -> "Posterior":
        """Return a single course's posterior for each of n targets."""
        arrays = (self.eigenvalues, self.basis, self.pull, self.slope_pull, self.weights, self.log_likelihood)
        return Posterior(self.grid, *(np.repeat(array, n, axis=0) for array in arrays))

    def shrunk(self) -> Floats:
        """Return E[beta] given each node, (n, k, r)."""
        pull = self.pull[:, None, :] - self.grid.z[:, None] * self.slope_pull[:, None, :]
        return pull / (self.grid.variance[:, None] + self.eigenvalues[:, None, :])

    def deviation(self, effects: Effects) -> Floats:
        """Return E[b] minus the group's mean, (n, r)."""
        beta = np.einsum("nk,nkr->nr", self.weights, self.shrunk())
        slope = (self.weights @ self.grid.z)[:, None] * effects.slope
        return np.asarray(slope + np.einsum("nij,nj->ni", self.basis, beta))

    def draws(self, effects: Effects) -> Floats:
        """Return draws of b minus the group's mean for a single course, (n_draws, r); always the same."""
        variance = self.grid.variance[:, None]
        spread = np.sqrt(variance / (variance + self.eigenvalues[0]))
        node = self._drawn_nodes()
        noise = np.random.default_rng(0).standard_normal((N_DRAWS, self.eigenvalues.shape[1]))
        beta = self.shrunk()[0][node] + spread[node] * noise
        return np.asarray(self.grid.z[node, None] * effects.slope + beta @ self.basis[0].T)

    def drawn_variances(self) -> Floats:
        """Return s^2 of each of the draws, (n_draws,)."""
        return np.asarray(self.grid.variance[self._drawn_nodes()])

    def _drawn_nodes(self) -> Ints:
        levels = (np.arange(N_DRAWS) + 0.5) / N_DRAWS
        return np.minimum(np.searchsorted(np.cumsum(self.weights[0]), levels), len(self.grid.z) - 1)


def posterior(effects: Effects, information: Information, *, grid: NoiseGrid) -> Posterior:
    """Return the posterior of every item of `information`, on the grid."""
    root, slope = effects.root, effects.slope
    eigenvalues, vectors = np.linalg.eigh(root.T @ information.xx @ root)
    eigenvalues = np.maximum(eigenvalues, 0.0)
    basis = root @ vectors
    pull = np.einsum("nij,ni->nj", basis, information.xd)
    slope_xx = information.xx @ slope
    slope_pull = np.einsum("nij,ni->nj", basis, slope_xx)
    variance, z = grid.variance, grid.z
    residual = (
        information.dd[:, None] - 2.0 * z * (information.xd @ slope)[:, None] + z**2 * (slope_xx @ slope)[:, None]
    )
    log_determinant = information.n_scores[:, None] * np.log(variance)
    for effect in range(len(slope)):
        total = variance + eigenvalues[:, effect, None]
        log_determinant += np.log(total / variance)
        residual -= (pull[:, effect, None] - z * slope_pull[:, effect, None]) ** 2 / total
    joint = grid.log_weight - 0.5 * (log_determinant + residual / variance)
    top = joint.max(axis=1, keepdims=True)
    weights = np.exp(joint - top)
    total_weight = weights.sum(axis=1, keepdims=True)
    weights /= total_weight
    constant = 0.5 * np.log(2.0 * np.pi) * information.n_scores
    log_likelihood = (top + np.log(total_weight))[:, 0] - constant
    return Posterior(grid, eigenvalues, basis, pull, slope_pull, weights, log_likelihood)
