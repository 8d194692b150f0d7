"""Write `fitted_priors.json`: Priors with the thresholds that a clinic with those courses would use.

    python -m tests.courses.rules.fit_priors FOLDER

FOLDER holds the public series as CSV files (subject, week, score). Calibrated as at night: held-out folds by
patient, the fixed rules counted first, the default budget. Needs DJANGO_SETTINGS_MODULE and the required
settings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import numpy as np

django.setup()

from courses import curve  # noqa: E402 - the rules' records need the settings
from courses.curve.study.evaluation import read_series  # noqa: E402
from courses.curve.study.simulation import regular_panel, simulate  # noqa: E402
from courses.priors.course_records import Record, ScoreRow  # noqa: E402
from courses.priors.evidence import expectations_of  # noqa: E402
from courses.priors.fixed_rules import fixed_alarms  # noqa: E402
from tests.courses.rules.in_order import FILE, START  # noqa: E402

BUDGET, N_DIGITS = 5.0, 6
SHIPPED = curve.SHIPPED_PRIOR
# Simulated clinics: 200 courses of so many weekly scores.
SIMULATED = {
    "wide_curves": (replace(SHIPPED, covariance=4.0 * np.asarray(SHIPPED.covariance)), 10, 3),
    "noisy_patients": (replace(SHIPPED, noise=1.8, carry=1.0, carry_weeks=3.0), 8, 2),
    "calm_patients": (replace(SHIPPED, noise=0.7, carry=0.4), 8, 1),
}


def panels(folder: Path) -> Iterator[tuple[str, curve.Panel]]:
    """Every series of the folder, then the simulated clinics."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            yield path.stem, read_series(file).panel
    for name, (truth, n_scores, seed) in SIMULATED.items():
        panel = regular_panel(n_courses=200, n_scores=n_scores)
        yield name, panel.with_scores(simulate(truth, panel, rng=np.random.default_rng(seed)))


def fitted(name: str, panel: curve.Panel) -> dict[str, Any]:
    """A Prior and its thresholds, in plain numbers."""
    prior = curve.fit_prior(panel, version=name, fitted_on="")
    predictions = curve.held_out(panel, fit=curve.fold_fit(prior), has_memory=True)
    alarms = np.array(list(_fixed(predictions)), dtype=bool)
    sessions = curve.Sessions.of(predictions, is_fixed_alarm=alarms)
    return {
        "prior": _rounded(prior.to_json()),
        "threshold": _rounded(asdict(curve.threshold_for(sessions, budget_per_100=BUDGET))),
    }


def _fixed(predictions: curve.HeldOut) -> Iterator[bool]:
    """Whether a fixed rule raises an alarm on each row of the panel, with rows as sessions."""
    panel, expected = predictions.panel, expectations_of(predictions)
    for first, last in zip(panel.starts[:-1], panel.starts[1:], strict=True):
        rows = tuple(
            ScoreRow(None, "before", int(score), START + timedelta(weeks=float(week)), number)
            for number, (week, score) in enumerate(
                zip(panel.weeks[first:last], panel.scores[first:last], strict=True), 1
            )
        )
        yield from fixed_alarms(Record(rows, "", 12.0, 1), expected[first:last])


def _rounded(value: Any) -> Any:
    """Plain numbers, no more exact than a test can detect."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_rounded(one) for one in value]
    return float(f"{value:.{N_DIGITS}g}") if isinstance(value, float) else value


if __name__ == "__main__":
    found = {name: fitted(name, panel) for name, panel in panels(Path(sys.argv[1]))}
    FILE.write_text(json.dumps(found) + "\n", encoding="utf-8")
