"""Does the alert budget hold? Realised minus budgeted rate of simulated clinics and of the series in CURVE_SERIES.

CURVE_CLINICS says how many clinics are simulated: 20, or the 200 of docs/curve.md, which take ten minutes.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from courses.curve.budget import spendable_per_100
from courses.curve.budget_study import BUDGET_PER_100, realised, series_check
from courses.curve.evaluation import predict_series, read_series
from courses.curve.folds import HeldOut
from courses.curve.scores import Bools, Floats
from courses.curve.sessions import LEAST_EXCESS, Sessions
from courses.priors.evidence import expectations_of
from courses.priors.fixed_rules import fixed_alarms
from courses.priors.rows import Record, ScoreRow

# The protocol's rate of false alarms, and what a clinic starts with.
SERIES_BUDGETS = (2.5, BUDGET_PER_100)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def simulated_rates(*, n_clinics: int) -> Floats:
    """Return the realised rate per 100 of each of n simulated clinics."""
    return np.array([realised(seed=seed).per_100 for seed in range(n_clinics)])


def row(name: str, value: float, unit: str, *, n: int, ratio: float | None = None) -> dict[str, object]:
    """Return one line of the table."""
    return {"name": name, "value": value, "unit": unit, "versus": "budget", "ratio": ratio, "n": n}


def series_rows(path: Path) -> list[dict[str, object]]:
    """Return realised minus budgeted rate of a series by patient folds, with its standard error."""
    with path.open(encoding="utf-8", newline="") as file:
        predictions = predict_series(read_series(file), has_memory=True)
    rows, n = [], int(predictions.can_tell.sum())
    each = np.arange(predictions.panel.n_scores)
    for what, is_fixed in (("LR* and memory", None), ("all pain rules", fixed_rows(predictions))):
        least = 0.0 if is_fixed is None else LEAST_EXCESS
        sessions = Sessions.of(predictions, is_fixed_alarm=is_fixed, session=each, least_excess=least)
        most = spendable_per_100(sessions)
        rows.append(row(f"{path.stem}, {what}: spendable", most, "alerts per 100 scores", n=n))
        for budget in SERIES_BUDGETS:
            rate, error = series_check(predictions, budget_per_100=budget, is_fixed=is_fixed)
            wanted = min(budget, most)
            name = f"{path.stem}, {what}: realised minus the lesser of {budget:g} and what is spendable"
            rows.append(row(name, rate - wanted, "alerts per 100 scores", n=n, ratio=rate / wanted))
            rows.append(row(f"{name}, standard errors", (rate - wanted) / error, "standard errors", n=n))
    return rows


def fixed_rows(predictions: HeldOut) -> Bools:
    """Return which scores of a series the rules without a calibrated threshold alarm on, (n_scores,)."""
    panel, found = predictions.panel, np.zeros(predictions.panel.n_scores, dtype=bool)
    expected = np.array(expectations_of(predictions), dtype=object)
    for course in range(panel.n_courses):
        rows = np.flatnonzero(panel.course == course)
        scores = [
            ScoreRow(None, "before", int(panel.scores[row]), START, number) for number, row in enumerate(rows, 1)
        ]
        found[rows] = fixed_alarms(Record(tuple(scores), "", 0.0, course), expected[rows].tolist())
    return found


def measure() -> list[dict[str, object]]:
    """Return the simulated clinics' mean and the series' rates."""
    rates = simulated_rates(n_clinics=int(os.environ.get("CURVE_CLINICS", "20")))
    mean, error = rates.mean(), rates.std() / len(rates) ** 0.5
    name, unit = "alert budget: realised minus budgeted, simulated clinics", "alerts per 100 sessions"
    found = [
        row(name, float(mean) - BUDGET_PER_100, unit, n=len(rates), ratio=float(mean) / BUDGET_PER_100),
        row(f"{name}, standard error", float(error), unit, n=len(rates)),
    ]
    folder = os.environ.get("CURVE_SERIES")
    for path in sorted(Path(folder).glob("*.csv")) if folder else []:
        found += series_rows(path)
    return found


if __name__ == "__main__":
    for line in measure():
        print(line)
