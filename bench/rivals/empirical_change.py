"""Empirical change: how scores changed from one to the next in the other folds, after the same last score."""

from __future__ import annotations

import numpy as np

from bench.rivals.rows import N_VALUES, Lags, Predict, mixed_in, told_rows
from courses.curve import Panel
from courses.curve.scores import Floats, Ints

# This many changes of any course are added to those from the same last score.
N_POOLED = 20.0
_CHANGES = np.arange(N_VALUES)[None, :] - np.arange(N_VALUES)[:, None]


def fit(panel: Panel) -> Predict:
    """Learn the changes of a panel."""
    lags = Lags(panel, told_rows(panel))
    scores = panel.scores[lags.rows].astype(np.int64)
    counts = np.zeros((N_VALUES, N_VALUES))
    np.add.at(counts, (lags.last, scores), 1.0)
    pooled = np.bincount(scores - lags.last + N_VALUES - 1, minlength=2 * N_VALUES - 1).astype(float)
    table = mixed_in(counts + N_POOLED * mixed_in(pooled[_CHANGES + N_VALUES - 1]))

    def predict(other: Panel, rows: Ints) -> Floats:
        return np.asarray(table[Lags(other, rows).last])

    return predict
