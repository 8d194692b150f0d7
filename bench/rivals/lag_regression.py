"""Ordinal regression on lags: a proportional-odds model (statsmodels) of the score on the earlier ones."""

from __future__ import annotations

import numpy as np
from statsmodels.miscmodels.ordinal_model import OrderedModel

from bench.rivals.rows import N_VALUES, Lags, Predict, mixed_in, told_rows
from courses.curve import Panel
from courses.curve.scores import Floats, Ints


def _columns(lags: Lags) -> Floats:
    return np.column_stack(
        [lags.last, lags.second, lags.mean, lags.first, np.log1p(lags.gap), np.log1p(lags.week), lags.last == 0]
    ).astype(float)


def fit(panel: Panel) -> Predict:
    """Fit to the rows of a panel; columns are put on one scale, constant ones left out."""
    lags = Lags(panel, told_rows(panel))
    columns, scores = _columns(lags), panel.scores[lags.rows].astype(np.int64)
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    used = scale > 1e-9
    seen, code = np.unique(scores, return_inverse=True)
    model = OrderedModel(code, ((columns - centre) / np.where(used, scale, 1.0))[:, used], distr="logit")
    found = model.fit(method="bfgs", maxiter=500, disp=False)

    def predict(other: Panel, rows: Ints) -> Floats:
        asked = ((_columns(Lags(other, rows)) - centre) / np.where(used, scale, 1.0))[:, used]
        p = np.zeros((len(rows), N_VALUES))
        p[:, seen] = np.asarray(model.predict(found.params, exog=asked))
        return mixed_in(p)

    return predict
