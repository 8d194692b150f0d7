"""What the budget counts is what staff are alerted to: past scores are judged as they were when they came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.fixed import fixed_rows
from courses import curve
from courses.curve.study.simulation import regular_panel, simulate
from tests.courses.rules.in_order import PRIORS, in_force, told

PLANNED, N_COURSES, N_SCORES = 12.0, 8, 9


@pytest.mark.parametrize("name", PRIORS)
def test_sessions_counted_are_the_sessions_alerted(name: str) -> None:
    prior, thresholds = in_force(name)
    panel = regular_panel(n_courses=N_COURSES, n_scores=N_SCORES)
    panel = panel.with_scores(simulate(in_force("noisy_patients")[0], panel, rng=np.random.default_rng(7)))
    panel = replace(panel, planned_end_weeks=np.full(N_COURSES, PLANNED))
    predictions = curve.predicted_by(prior, panel, has_memory=True)
    sessions = curve.Sessions.of(predictions, is_fixed_alarm=fixed_rows(predictions))
    counted = sessions.alarms(thresholds.threshold, thresholds.memory_threshold).reshape(N_COURSES, N_SCORES)
    for scores, alarms in zip(panel.scores.reshape(N_COURSES, N_SCORES).astype(int), counted, strict=True):
        assert sorted(told(scores.tolist(), name)) == (np.flatnonzero(alarms) + 1).tolist()
