"""The expectation step: the beliefs about the courses under one Prior, summed up for choosing the next.

The gradient of the marginal log-likelihood at a Prior is the gradient of the expected complete-data
log-likelihood given that Prior (Fisher's identity), and the latter needs only these sums.
"""

from dataclasses import dataclass

import numpy as np

from courses.curve.design import Effects
from courses.curve.filtering import Filtered
from courses.curve.panel import Panel
from courses.curve.posterior import Information, NoiseGrid, Posterior, posterior
from courses.curve.prior import Prior
from courses.curve.scores import Floats


@dataclass(frozen=True, eq=False)
class Moments:
    """Expected sums over courses, d being the effects minus their group's mean under the Prior of origin.

    Per group: courses (g,), d and z d (g, r), z and z^2 (g,). Over all: d d' (r, r). Per noise level `grid_z`:
    number of scores and sum of squared noise (k,). `log_likelihood` of that Prior.
    """

    n_courses: Floats
    d: Floats
    zd: Floats
    z: Floats
    zz: Floats
    dd: Floats
    grid_z: Floats
    scores_at: Floats
    squares_at: Floats
    log_likelihood: float

    @classmethod
    def of(cls, prior: Prior, panel: Panel, *, n_nodes: int) -> "Moments":
        """Return the moments of a panel under a Prior, on n_nodes noise levels."""
        filtered = Filtered.of(prior, panel)
        information = filtered.information()
        grid = NoiseGrid.of(prior, n_scores=0, n_nodes=n_nodes)
        found = posterior(filtered.effects, information, grid=grid)
        d, zd, dd, squares = _course_moments(filtered.effects, found, information)
        n_groups = len(panel.group_names)
        mean_z, mean_zz = found.weights @ grid.z, found.weights @ grid.z**2
        return cls(
            n_courses=np.bincount(panel.groups, minlength=n_groups).astype(float),
            d=_by_group(panel, d),
            zd=_by_group(panel, zd),
            z=_totals(panel, mean_z),
            zz=_totals(panel, mean_zz),
            dd=dd,
            grid_z=grid.z,
            scores_at=found.weights.T @ information.n_scores,
            squares_at=(found.weights * squares).sum(axis=0),
            log_likelihood=marginal_log_likelihood(filtered, found),
        )

    def gradient(self, prior: Prior, effects: Effects) -> "Gradient":
        """Return the gradient of the log-likelihood at the Prior the moments were taken under."""
        slope, variance = effects.slope, prior.noise_variance(self.grid_z)
        precision = np.linalg.inv(effects.root @ effects.root.T)
        zd, zz = self.zd.sum(axis=0), self.zz.sum()
        spread = self.dd - np.outer(zd, slope) - np.outer(slope, zd) + zz * np.outer(slope, slope)
        pulled = precision @ slope
        return Gradient(
            means=self.d @ precision - np.outer(self.z, pulled),
            slope=precision @ zd - zz * pulled,
            covariance=-0.5 * (self.n_courses.sum() * precision - precision @ spread @ precision),
            variance=-0.5 * (self.scores_at / variance - self.squares_at / variance**2),
        )


@dataclass(frozen=True, eq=False)
class Gradient:
    """Gradient of the log-likelihood by group means (g, r), slope (r,), covariance (r, r) of the effects and
    by the variance at each noise level (k,)."""

    means: Floats
    slope: Floats
    covariance: Floats
    variance: Floats


def marginal_log_likelihood(filtered: Filtered, found: Posterior) -> float:
    """Return the log density of all scores of a filtered panel."""
    return float(found.log_likelihood.sum() - 0.5 * np.log(filtered.innovations.variances).sum())


def log_likelihood(prior: Prior, panel: Panel, *, n_nodes: int | None = None) -> float:
    """Return the marginal log-likelihood (density) of a panel's scores under a Prior."""
    filtered = Filtered.of(prior, panel)
    grid = NoiseGrid.of(prior, n_scores=int(panel.lengths.max(initial=0)), n_nodes=n_nodes)
    return marginal_log_likelihood(filtered, posterior(filtered.effects, filtered.information(), grid=grid))


def _course_moments(
    effects: Effects, found: Posterior, information: Information
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return E[d], E[z d] (n, r), the sum of E[d d'] (r, r), E[squared noise] given each node (n, k)."""
    grid, weights = found.grid, found.weights
    beta = found.shrunk()
    spread = grid.variance[:, None] / (grid.variance[:, None] + found.eigenvalues[:, None, :])
    d = effects.slope * grid.z[:, None] + np.einsum("nij,nkj->nki", found.basis, beta)
    weighted = weights[:, :, None] * d
    inner = np.einsum("nk,nkj->nj", weights, spread)
    dd = np.einsum("nki,nkj->ij", weighted, d) + np.einsum("nia,na,nja->ij", found.basis, inner, found.basis)
    known = np.einsum("nij,nkj->nki", information.xx, d)
    squares = information.dd[:, None] + ((known - 2.0 * information.xd[:, None, :]) * d).sum(axis=2)
    squares += (found.eigenvalues[:, None, :] * spread).sum(axis=2)
    return weighted.sum(axis=1), np.einsum("nki,k->ni", weighted, grid.z), dd, squares


def _by_group(panel: Panel, values: Floats) -> Floats:
    return np.array([_totals(panel, column) for column in values.T]).T.reshape(-1, values.shape[1])


def _totals(panel: Panel, values: Floats) -> Floats:
    return np.bincount(panel.groups, weights=values, minlength=len(panel.group_names)).astype(float)
