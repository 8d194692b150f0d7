"""The same model with one dense covariance matrix per course and a fine sum over noise levels: slow and plain."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from courses.curve.design import Effects, levels_of
from courses.curve.panel import Panel
from courses.curve.prior import Prior
from courses.curve.scores import Floats

LEVELS = np.linspace(-6.0, 6.0, 241)


def joint(prior: Prior, panel: Panel, *, z: float) -> tuple[Floats, Floats]:
    """Return mean (n,) and covariance (n, n) of a one-course panel's scores, given standardised log noise z."""
    effects = Effects.of(prior, panel.timings)
    rows = effects.rows(panel.weeks, timings=panel.timings)
    mean = rows @ (effects.means_of(prior, panel.group_names)[panel.groups[0]] + z * effects.slope)
    gaps = np.abs(panel.weeks[:, None] - panel.weeks)
    noise = prior.carry**2 * np.exp(-gaps / prior.carry_weeks) + np.eye(len(gaps))
    curves = rows @ effects.root @ effects.root.T @ rows.T
    return mean, curves + float(prior.noise_variance(np.array(z))) * noise


def log_density(mean: Floats, covariance: Floats, scores: Floats) -> float:
    """Return the log density of a multivariate normal."""
    residual = scores - mean
    _, log_determinant = np.linalg.slogdet(2.0 * np.pi * covariance)
    return -0.5 * float(log_determinant + residual @ np.linalg.solve(covariance, residual))


def log_likelihood(prior: Prior, panel: Panel) -> float:
    """Return the marginal log density of a one-course panel's scores."""
    values = [log_density(*joint(prior, panel, z=z), levels_of(panel.scores)) for z in LEVELS]
    return float(logsumexp(np.array(values) + norm.logpdf(LEVELS)) + np.log(LEVELS[1] - LEVELS[0]))


def last_score(prior: Prior, panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Return means, SDs and weights (levels,) of the last row given the others, no clamp."""
    means, sds, log_weights = [], [], []
    for z in LEVELS:
        mean, covariance = joint(prior, panel, z=z)
        known, cross = covariance[:-1, :-1], covariance[:-1, -1]
        gain = np.linalg.solve(known, cross)
        means.append(mean[-1] + gain @ (levels_of(panel.scores[:-1]) - mean[:-1]))
        sds.append(np.sqrt(covariance[-1, -1] - gain @ cross))
        log_weights.append(log_density(mean[:-1], known, levels_of(panel.scores[:-1])) + norm.logpdf(z))
    weights = np.exp(np.array(log_weights) - logsumexp(log_weights))
    return np.array(means), np.array(sds), weights


def last_score_probabilities(prior: Prior, panel: Panel) -> Floats:
    """Return the mass of each whole score of the last row given the others, no clamp, only the curve."""
    means, sds, weights = last_score(prior, panel)
    below = [(weights * norm.cdf((cut + 0.5 - means) / sds)).sum() for cut in range(10)]
    return np.diff(np.array([0.0, *below, 1.0]))
