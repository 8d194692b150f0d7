"""Turn each course's scores into independent rows by removing the Ornstein-Uhlenbeck deviation.

A scalar Kalman filter (the innovations form) runs over the steps of all courses at once. Deviation and noise
scale together with the patient's noise s, so the filter does not depend on s: one pass serves every s.
"""

from dataclasses import dataclass

import numpy as np

from courses.curve.panel import Panel
from courses.curve.scores import Floats


@dataclass(frozen=True, eq=False)
class Innovations:
    """What each row adds to its course's earlier rows.

    `columns` (n_scores, m) are the given columns minus their prediction from the earlier rows, `variances`
    (n_scores,) the variance of the score's innovation in units of s^2.
    """

    columns: Floats
    variances: Floats


def innovations(panel: Panel, *, columns: Floats, carry: float, carry_weeks: float) -> Innovations:
    """Filter the columns (n_scores, m) of every course."""
    n_columns = columns.shape[1]
    order = np.argsort(-panel.lengths, kind="stable")
    n_running = np.searchsorted(-panel.lengths[order], -np.arange(panel.lengths.max(initial=0)), side="left")
    state = np.zeros((panel.n_courses, n_columns))
    variance = np.full(panel.n_courses, carry**2)
    last_week = np.zeros(panel.n_courses)
    out = np.empty_like(columns)
    out_variances = np.empty(panel.n_scores)
    starts = panel.starts[:-1][order]
    for step, n in enumerate(n_running):
        rows = starts[:n] + step
        kept = np.exp((last_week[:n] - panel.weeks[rows]) / carry_weeks)
        predicted = carry**2 + kept**2 * (variance[:n] - carry**2)
        moved = state[:n] * kept[:, None]
        total = predicted + 1.0
        gain = predicted / total
        innovation = columns[rows] - moved
        out[rows], out_variances[rows] = innovation, total
        state[:n] = moved + gain[:, None] * innovation
        variance[:n] = gain
        last_week[:n] = panel.weeks[rows]
    return Innovations(out, out_variances)
