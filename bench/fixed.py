"""Which scores of a series the rules without a calibrated threshold raise an alarm on."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from courses.curve import HeldOut
from courses.curve.scores import Bools
from courses.priors.course_records import Record, ScoreRow
from courses.priors.evidence import expectations_of
from courses.priors.fixed_rules import fixed_alarms

_START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def fixed_rows(predictions: HeldOut) -> Bools:
    """Return the scores of a series with an alarm of the rules without a calibrated threshold, (n_scores,)."""
    panel, found = predictions.panel, np.zeros(predictions.panel.n_scores, dtype=bool)
    expected = np.array(expectations_of(predictions), dtype=object)
    for course in range(panel.n_courses):
        rows = np.arange(panel.starts[course], panel.starts[course + 1])
        scores = [
            ScoreRow(None, "before", int(panel.scores[row]), _START, number) for number, row in enumerate(rows, 1)
        ]
        found[rows] = fixed_alarms(Record(tuple(scores), "", 0.0, course), expected[rows].tolist())
    return found
