"""Write `fitted_priors.json`: Priors with the thresholds that a clinic with those courses would use.

    python -m tests.courses.rules.fit_priors FOLDER

FOLDER holds the public series as CSV files (subject, week, score). Calibrated as at night: held-out folds by
patient, the fixed rules counted first, the default budget. Needs DJANGO_SETTINGS_MODULE and the required
settings.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import django
import numpy as np

django.setup()

from bench.fixed import fixed_rows  # noqa: E402 - the rules' records need the settings
from courses import curve  # noqa: E402
from courses.curve.study.evaluation import read_series  # noqa: E402
from courses.curve.study.simulation import regular_panel, simulate  # noqa: E402
from tests.courses.rules.in_order import FILE  # noqa: E402

BUDGET, N_DIGITS = 5.0, 6
SHIPPED = curve.SHIPPED_PRIOR
# Simulated clinics: 200 courses of so many weekly scores.
SIMULATED = {
    "wide_curves": (replace(SHIPPED, covariance=4.0 * np.asarray(SHIPPED.covariance)), 10, 3),
    "noisy_patients": (replace(SHIPPED, noise=1.8, carry=1.0, carry_weeks=3.0), 8, 2),
    "calm_patients": (replace(SHIPPED, noise=0.7, carry=0.4), 8, 1),
}


def every(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is made of every series of the folder, then of the simulated clinics."""
    for path in sorted(folder.glob("*.csv")):
        yield path.stem, of_series(path)
    for name in SIMULATED:
        yield name, of_simulated(name)


def of_series(path: Path) -> dict[str, Any]:
    """A series' Prior and thresholds, with the fingerprint of the file they were made from."""
    with path.open(encoding="utf-8") as file:
        panel = read_series(file).panel
    return {"made_from": hashlib.sha256(path.read_bytes()).hexdigest(), **fitted(path.stem, panel)}


def of_simulated(name: str) -> dict[str, Any]:
    """The same of a simulated clinic, which needs no file."""
    truth, n_scores, seed = SIMULATED[name]
    panel = regular_panel(n_courses=200, n_scores=n_scores)
    return fitted(name, panel.with_scores(simulate(truth, panel, rng=np.random.default_rng(seed))))


def fitted(name: str, panel: curve.Panel) -> dict[str, Any]:
    """A Prior and its thresholds, in plain numbers."""
    prior = curve.fit_prior(panel, version=name, fitted_on="")
    predictions = curve.held_out(panel, fit=curve.fold_fit(prior), has_memory=True)
    sessions = curve.Sessions.of(predictions, is_fixed_alarm=fixed_rows(predictions))
    return {
        "prior": _rounded(prior.to_json()),
        "threshold": _rounded(asdict(curve.threshold_for(sessions, budget_per_100=BUDGET))),
    }


def _rounded(value: Any) -> Any:
    """Plain numbers, no more exact than a test can detect."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_rounded(one) for one in value]
    return float(f"{value:.{N_DIGITS}g}") if isinstance(value, float) else value


if __name__ == "__main__":
    found = dict(every(Path(sys.argv[1])))
    FILE.write_text(json.dumps(found) + "\n", encoding="utf-8")
