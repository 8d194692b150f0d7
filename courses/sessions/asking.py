"""What a form must ask because of the curve."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

from courses.curve import CoursePosterior
from courses.priors import guard
from courses.priors.expecting import expectation_of
from courses.priors.rows import Record
from courses.rules.ceiling import is_at_ceiling
from courses.rules.facts import Expectation, PainFacts, ScoreFact, Thresholds

TIMINGS = ("before", "after")


def cannot_show_worsening(
    posterior: CoursePosterior, record: Record, *, thresholds: Thresholds, at: datetime
) -> bool:
    """Whether the next score is expected so near the top that severe pain must be asked for, whatever the score.

    False where the curve cannot tell, fails or takes too long: the form must come all the same.
    """
    quiet = replace(thresholds, lr=math.inf, lr_of_quarter_budget=math.inf)

    def is_near_the_top() -> bool:
        found = [expectation_of(posterior, record, timing=timing, scored_at=at) for timing in TIMINGS]
        known = [one for one in found if isinstance(one, Expectation)]
        return any(is_at_ceiling(PainFacts(ScoreFact("", None, 0, one), quiet)) for one in known)

    return bool(record.rows) and bool(guard.answer(is_near_the_top))
