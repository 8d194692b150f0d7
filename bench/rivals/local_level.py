"""Local level: a patient's level drifts from week to week, with scores around it (Harvey 1989, chapter 2)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from bench.rivals.rows import Predict, whole_scores_of
from courses.curve import Panel
from courses.curve.scores import Floats, Ints


def fit(panel: Panel) -> Predict:
    """Maximum likelihood of mean and spread of the first level, variance and drift per week, and noise."""
    start = [float(panel.scores.mean()), float(np.log(panel.scores.std() + 0.1)), -1.0, 0.0, 0.0]

    def objective(vector: Floats) -> float:
        return -_filtered(vector, panel)[2]

    found = minimize(
        objective, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-4, "fatol": 1e-4}
    )

    def predict(other: Panel, rows: Ints) -> Floats:
        means, variances, _value = _filtered(found.x, other)
        return whole_scores_of(means[rows], np.sqrt(variances[rows]))

    return predict


def _filtered(vector: Floats, panel: Panel) -> tuple[Floats, Floats, float]:
    """Mean and variance of each score given the earlier ones of its course, (n_scores,); log-likelihood of all."""
    first, log_spread, log_wander, drift, log_noise = vector
    wander, noise = np.exp(2.0 * log_wander), np.exp(2.0 * log_noise)
    level = np.full(panel.n_courses, first)
    spread = np.full(panel.n_courses, np.exp(2.0 * log_spread))
    means, variances = np.empty((2, panel.n_scores))
    for step in range(int(panel.lengths.max(initial=0))):
        rows = np.flatnonzero(panel.step == step)
        course = panel.course[rows]
        gaps = panel.weeks[rows] - panel.weeks[rows - 1] if step else np.zeros(len(rows))
        level[course] += drift * gaps
        spread[course] += wander * gaps
        means[rows], variances[rows] = level[course], spread[course] + noise
        gain = spread[course] / variances[rows]
        level[course] += gain * (panel.scores[rows] - means[rows])
        spread[course] *= 1.0 - gain
    value = -0.5 * np.sum(np.log(2.0 * np.pi * variances) + (panel.scores - means) ** 2 / variances)
    return means, variances, float(value)
