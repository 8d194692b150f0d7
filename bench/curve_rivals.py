"""The healing curve beside simple predictors, on every CSV series in CURVE_SERIES: one run, one protocol.

Every predictor learns on four folds of subjects and predicts each score of the fifth, from the third of its
subject on, from that subject's earlier scores. The same folds, scores and figures for all; standard errors by
subject. A rise by 3 is detected by LR*: the curve's own, and for the rivals that of a score written 3 higher.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from bench.rivals import empirical_change, lag_regression, local_level, quadratic_mixed
from bench.rivals.rows import N_VALUES, Predict, written_higher
from courses.curve import Panel
from courses.curve.scores import Bools, Floats
from courses.curve.study.evaluation import predict_series, read_series
from courses.curve.study.folds import patient_folds
from courses.curve.study.scoring import caught_rises, error_by_subject, likelihood_ratio_statistic, quality_values

N_FOLDS, SEED = 5, 0
PRODUCT = "healing curve"
RIVALS: Mapping[str, Callable[[Panel], Predict]] = {
    "empirical change": empirical_change.fit,
    "lag regression": lag_regression.fit,
    "local level": local_level.fit,
    "quadratic mixed model": quadratic_mixed.fit,
}
UNITS = {"log_score": "nats", "crps": "points", "coverage90": "share", "sens3_at_025": "share"}


def rival_predictions(panel: Panel, fit: Callable[[Panel], Predict]) -> Floats:
    """A rival's held-out predictions of a panel, (n_scores, 11); rows it does not predict stay uniform."""
    folds = patient_folds(panel, n_folds=N_FOLDS, seed=SEED)
    p = np.full((panel.n_scores, N_VALUES), 1.0 / N_VALUES)
    for fold in np.unique(folds):
        predict = fit(panel.select(folds != fold))
        other = panel.select(folds == fold)
        asked = np.flatnonzero(other.step >= 2)
        places = np.flatnonzero((folds == fold)[panel.course])[asked]
        p[places] = predict(other, asked)
    return p


def values_of(panel: Panel, p: Floats, *, statistic: Floats, told: Bools) -> dict[str, Floats]:
    """The values whose mean is each figure, (n predicted,) each."""
    scores = panel.scores[told].astype(np.int64)
    found = quality_values(p[told], scores=scores)
    caught = caught_rises(statistic[told], scores=scores).astype(float)
    return {**{name: found[name] for name in UNITS if name in found}, "sens3_at_025": caught}


def measured(path: Path) -> dict[str, dict[str, Floats]]:
    """The figures' values by predictor, and the subject of each score under an empty name."""
    with path.open(encoding="utf-8", newline="") as file:
        series = read_series(file)
    curve = predict_series(series, n_folds=N_FOLDS, seed=SEED)
    panel, told = curve.panel, curve.can_tell
    statistic = likelihood_ratio_statistic(curve.curve, raised=curve.raised)
    found = {PRODUCT: values_of(panel, curve.p, statistic=statistic, told=told)}
    for name, fit in RIVALS.items():
        p = rival_predictions(panel, fit)
        ratio = np.log(np.maximum.accumulate(written_higher(p) / p, axis=1))
        found[name] = values_of(panel, p, statistic=ratio, told=told)
    return {**found, "": {"subject": panel.patients[panel.course[told]].astype(float)}}


def measure() -> list[dict[str, object]]:
    """Return rows for every series: each figure, its error, and the curve's lead over each rival."""
    folder = os.environ.get("CURVE_SERIES")
    return [line for path in sorted(Path(folder).glob("*.csv")) for line in _rows(path)] if folder else []


def _rows(path: Path) -> list[dict[str, object]]:
    found = measured(path)
    subjects = found.pop("")["subject"].astype(np.int64)
    rows = []
    for name, values in found.items():
        for figure, value in values.items():
            label = f"rivals, {path.stem}, {name}: {figure}"
            rows += _with_error(label, value, unit=UNITS[figure], subjects=subjects, versus="")
        if name != PRODUCT:
            ahead = found[PRODUCT]["log_score"] - values["log_score"]
            label = f"rivals, {path.stem}: log_score of the curve above {name}"
            rows += _with_error(label, ahead, unit="nats", subjects=subjects, versus=name)
    return rows


def _with_error(
    label: str, values: Floats, *, unit: str, subjects: np.ndarray, versus: str
) -> list[dict[str, object]]:
    base = {"unit": unit, "versus": versus, "ratio": None, "n": len(values)}
    error = error_by_subject(values, subjects=subjects)
    return [
        {"name": label, "value": float(values.mean()), **base},
        {"name": f"{label}, standard error", "value": error, **base},
    ]


if __name__ == "__main__":
    for line in measure():
        print(line)
