"""What a form must ask because of the curve."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from courses.curve import CoursePosterior, Timing
from courses.outlook import time_limit
from courses.priors.course_records import Record
from courses.rules.bounds import RuleBounds
from courses.rules.ceiling import is_near_the_top

TIMINGS = (Timing.BEFORE, Timing.AFTER)


def cannot_show_worsening(
    posterior: CoursePosterior | None, record: Record, *, bounds: RuleBounds, at: datetime
) -> bool:
    """Whether the next score is expected so near the top that severe pain must be asked about at any score.

    False if the curve has no answer, fails or takes too long: the form must open anyway.
    """
    if not record.rows or posterior is None:
        return False
    ask = partial(posterior.next_means, record.week(at), TIMINGS)
    means = time_limit.answer(ask, course=record.course) or []
    return any(mean is not None and is_near_the_top(mean, bounds=bounds) for mean in means)
