"""What a form must ask because of the curve."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

import structlog

from courses.curve import condition
from courses.plans.standing import CourseStanding
from courses.priors.expecting import expectation_of
from courses.rules.ceiling import is_at_ceiling
from courses.rules.facts import Expectation, PainFacts, ScoreFact
from courses.sessions import guard

log = structlog.stdlib.get_logger(__name__)
TIMINGS = ("before", "after")


def cannot_show_worsening(standing: CourseStanding, *, at: datetime) -> bool:
    """Whether the next score is expected so near the top that severe pain must be asked for, whatever the score.

    False where the curve cannot tell, fails or takes too long: the form must come all the same.
    """
    record, now = standing.record(at=at), standing.in_force
    thresholds = replace(now.thresholds, lr=math.inf, lr_of_quarter_budget=math.inf)

    def is_near_the_top() -> bool:
        posterior = condition(now.prior, record.scores())
        found = [expectation_of(posterior, record, timing=timing, scored_at=at) for timing in TIMINGS]
        known = [one for one in found if isinstance(one, Expectation)]
        return any(is_at_ceiling(PainFacts(ScoreFact("", None, 0, one), thresholds)) for one in known)

    try:
        return bool(record.rows) and guard.within(is_near_the_top, seconds=guard.SECONDS)
    except Exception as error:  # noqa: BLE001 - see above
        log.error("curve failed", course=standing.course.pk, error=type(error).__name__)
        return False
