"""The quadratic mixed model: y ~ u + u^2 + (1 + u + u^2 | subject), fitted by statsmodels (maximum likelihood)."""

from __future__ import annotations

import warnings

import numpy as np
from statsmodels.regression.mixed_linear_model import MixedLM

from bench.rivals.rows import Predict, whole_scores_of
from courses.curve import Panel
from courses.curve.design import WEEKS_PER_UNIT
from courses.curve.scores import Floats, Ints

_RIDGE = 1e-8


def _design(weeks: Floats) -> Floats:
    u = weeks / WEEKS_PER_UNIT
    return np.column_stack([np.ones(len(u)), u, u * u])


def fit(panel: Panel) -> Predict:
    """Fit to all scores of a panel."""
    design = _design(panel.weeks)
    with warnings.catch_warnings():
        # Covariances at the limit of what is possible are common here, and no error.
        warnings.simplefilter("ignore")
        model = MixedLM(panel.scores, design, groups=panel.course, exog_re=design)
        found = model.fit(reml=False, method="lbfgs", maxiter=500)
    mean, covariance = np.asarray(found.fe_params), np.asarray(found.cov_re)
    noise = float(found.scale)

    def predict(other: Panel, rows: Ints) -> Floats:
        x = _design(other.weeks)
        told = [_told(x, other, row=int(row), mean=mean, covariance=covariance, noise=noise) for row in rows]
        means, variances = np.array(told).T
        return whole_scores_of(means, np.sqrt(variances))

    return predict


def _told(
    x: Floats, panel: Panel, *, row: int, mean: Floats, covariance: Floats, noise: float
) -> tuple[float, float]:
    """Mean and variance of one score given the earlier ones of its course."""
    earlier = slice(int(panel.starts[panel.course[row]]), row)
    loading = covariance @ x[earlier].T
    total = x[earlier] @ loading + (noise + _RIDGE) * np.eye(row - earlier.start)
    gain = np.linalg.solve(total, loading.T @ x[row])
    expected = x[row] @ mean + gain @ (panel.scores[earlier] - x[earlier] @ mean)
    return float(expected), float(x[row] @ covariance @ x[row] - gain @ loading.T @ x[row] + noise)
