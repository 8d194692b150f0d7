"""Is the alert budget kept? Realised rates of simulated clinics and of the series in CURVE_SERIES.

In the simulated clinics 5 patients in 100 get worse. A rate is compared with what is possible: the budget, but
never less than the fixed rules and 1 per 100, and never more than what can be spent (docs/curve.md). CURVE_CLINICS
says how many clinics are simulated: 20, or the 200 of docs/curve.md, which take half an hour; 0 leaves them out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.fixed import fixed_rows
from bench.worsening import Clinic, clinic
from courses.curve.alarm.alert_threshold import MIN_SHARE_PER_100, spendable_per_100
from courses.curve.alarm.sessions import LEAST_EXCESS, Sessions
from courses.curve.scores import Floats
from courses.curve.study.budget_study import BUDGET_PER_100, series_check
from courses.curve.study.evaluation import predict_series, read_series

# The protocol's rate of false alarms, and a new clinic's budget.
SERIES_BUDGETS = (2.5, BUDGET_PER_100)
# By which session since the start a worsening patient should be found.
BY_SESSIONS = (1, 2, 4, 6)
PER_SESSIONS, PER_SCORES = "alerts per 100 sessions", "alerts per 100 scores"


def row(name: str, value: float, unit: str, *, n: int, ratio: float | None = None) -> dict[str, object]:
    """Return one line of the table."""
    return {"name": f"alert budget, {name}", "value": value, "unit": unit, "versus": "", "ratio": ratio, "n": n}


def simulated_rows(clinics: Sequence[Clinic]) -> list[dict[str, object]]:
    """Return the clinics' mean rates with their errors, and how many worsening patients were found by when."""
    n, name = len(clinics), "simulated clinics"
    off = np.array([one.realised - one.wanted(BUDGET_PER_100) for one in clinics])
    error = _error(off)
    found_at = np.concatenate([one.found_at for one in clinics])
    n_after = np.concatenate([one.n_after for one in clinics])
    where = np.concatenate([np.full(len(one.found_at), place) for place, one in enumerate(clinics)])
    rates = {
        "realised": [one.realised for one in clinics],
        "spendable": [one.spendable for one in clinics],
        "fixed rules alone": [one.fixed for one in clinics],
        "realised among patients who do not get worse": [one.others for one in clinics],
    }
    rows = [row(f"{name}: {what}", float(np.mean(values)), PER_SESSIONS, n=n) for what, values in rates.items()]
    rows.append(row(f"{name}: realised minus what can be met", float(off.mean()), PER_SESSIONS, n=n))
    rows.append(row(f"{name}: the same, standard error", error, PER_SESSIONS, n=n))
    rows.append(row(f"{name}: the same, in standard errors", float(off.mean()) / error, "standard errors", n=n))
    for by in BY_SESSIONS:
        came = n_after >= by
        is_found = ((found_at > 0) & (found_at <= by))[came].astype(float)
        what = f"{name}: worsening patients found by session {by}"
        rows.append(row(what, float(is_found.mean()), "share", n=int(came.sum())))
        rows.append(row(f"{what}, standard error", _clustered(is_found, where[came]), "share", n=int(came.sum())))
    rows.append(row(f"{name}: worsening patients found", float((found_at > 0).mean()), "share", n=len(found_at)))
    median = float(np.median(found_at[found_at > 0])) if (found_at > 0).any() else np.nan
    return [*rows, row(f"{name}: median session of those found", median, "sessions", n=int((found_at > 0).sum()))]


def series_rows(path: Path) -> list[dict[str, object]]:
    """Return the realised rate of all pain rules of a series by patient folds, beside what is possible."""
    with path.open(encoding="utf-8", newline="") as file:
        predictions = predict_series(read_series(file), has_memory=True)
    n, fixed = int(predictions.can_tell.sum()), fixed_rows(predictions)
    each = np.arange(predictions.panel.n_scores)
    sessions = Sessions.of(predictions, is_fixed_alarm=fixed, session=each, least_excess=LEAST_EXCESS)
    least, most = sessions.fixed_per_100 + MIN_SHARE_PER_100, spendable_per_100(sessions)
    rows = [
        row(f"{path.stem}: fixed rules alone", sessions.fixed_per_100, PER_SCORES, n=n),
        row(f"{path.stem}: spendable", most, PER_SCORES, n=n),
    ]
    for budget in SERIES_BUDGETS:
        rate, error = series_check(predictions, budget_per_100=budget, is_fixed=fixed)
        wanted, name = min(max(budget, least), most), f"{path.stem}, {budget:g} wanted"
        off, at_wanted = (rate - wanted) / error, error_at(wanted, rate=rate, error=error, n=len(each))
        rows.append(row(f"{name}: realised", rate, PER_SCORES, n=n))
        rows.append(row(f"{name}: realised, standard error", error, PER_SCORES, n=n))
        rows.append(
            row(f"{name}: realised minus what can be met", rate - wanted, PER_SCORES, n=n, ratio=rate / wanted)
        )
        rows.append(row(f"{name}: realised minus what can be met, standard errors", off, "standard errors", n=n))
        rows.append(row(f"{name}: standard error if it were met", at_wanted, PER_SCORES, n=n))
        off = (rate - wanted) / at_wanted
        rows.append(row(f"{name}: the same in errors if it were met", off, "standard errors", n=n))
    return rows


def error_at(wanted: float, *, rate: float, error: float, n: int) -> float:
    """Return the standard error of a rate per 100 of n if the wanted one were met: alarms are a count, whose
    variance grows with its mean, so that the error around few alarms is too small to judge many by (Wilson 1927).

    Of no alarm at all it is that of independent ones.
    """
    return error * float(np.sqrt(wanted / rate)) if rate > 0 else float(np.sqrt(100.0 * wanted / n))


def _error(values: Floats) -> float:
    """Standard error of the mean of independent values; NaN for a single one."""
    return float(values.std(ddof=1) / len(values) ** 0.5) if len(values) > 1 else float("nan")


def _clustered(values: Floats, groups: Floats) -> float:
    """Standard error of the mean of values that come in independent groups."""
    off = np.bincount(groups.astype(np.int64), weights=values - values.mean())
    return float(np.sqrt((off**2).sum()) / max(len(values), 1))


def measure() -> list[dict[str, object]]:
    """Return the simulated clinics' figures and those of the series."""
    n_clinics = int(os.environ.get("CURVE_CLINICS", "20"))
    clinics = [clinic(seed=seed, budget_per_100=BUDGET_PER_100) for seed in range(n_clinics)]
    found = simulated_rows(clinics) if clinics else []
    folder = os.environ.get("CURVE_SERIES")
    for path in sorted(Path(folder).glob("*.csv")) if folder else []:
        found += series_rows(path)
    return found


if __name__ == "__main__":
    for line in measure():
        print(line)
