"""A course at a review point, as facts for the off-track rule."""

from __future__ import annotations

from courses.curve import CannotTell, Prior, condition
from courses.outlook.summary import so_far_of
from courses.priors.course_records import Record
from courses.rules.off_course import ReviewFacts


def review_facts(record: Record, prior: Prior, session_number: int) -> ReviewFacts:
    """Chances at the planned end and gain so far, of a record with scores: never a gain if scores are worse."""
    curve = condition(prior, record.scores())
    end, now = curve.relief(record.planned_end_week), curve.relief(record.week(record.rows[-1].scored_at))
    if isinstance(end, CannotTell) or isinstance(now, CannotTell):
        return ReviewFacts(session_number, None, None)
    observed = so_far_of(record) if record.worse_than_start() else None
    gains = [now.expected_gain, *([observed.gain] if observed and observed.gain is not None else [])]
    return ReviewFacts(session_number, end.p30, min(gains), str(end.prior_version), end.n_scores)
