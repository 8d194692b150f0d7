"""What a form must ask because of the curve."""

from __future__ import annotations

import math
from datetime import datetime

import structlog

from courses.curve import Prior, condition
from courses.models import Course
from courses.priors.adopted import bounds_of
from courses.priors.expecting import expectation_of
from courses.priors.rows import Record
from courses.rules.ceiling import is_at_ceiling
from courses.rules.facts import Expectation, PainFacts, ScoreFact, Thresholds
from courses.sessions import guard

log = structlog.stdlib.get_logger(__name__)
TIMINGS = ("before", "after")


def cannot_show_worsening(course: Course, record: Record, *, prior: Prior, at: datetime) -> bool:
    """Whether the next score is expected so near the top that severe pain must be asked for, whatever the score.

    False where the curve cannot tell, fails or takes too long: the form must come all the same.
    """
    thresholds = Thresholds(math.inf, math.inf, "none", bounds_of(course.clinic))

    def is_near_the_top() -> bool:
        posterior = condition(prior, record.scores())
        found = [expectation_of(posterior, record, timing=timing, scored_at=at) for timing in TIMINGS]
        known = [one for one in found if isinstance(one, Expectation)]
        return any(is_at_ceiling(PainFacts(ScoreFact("", None, 0, one), thresholds)) for one in known)

    try:
        return bool(record.rows) and guard.within(is_near_the_top, seconds=guard.SECONDS)
    except Exception as error:  # noqa: BLE001 - see above
        log.error("curve failed", course=course.pk, error=type(error).__name__)
        return False
