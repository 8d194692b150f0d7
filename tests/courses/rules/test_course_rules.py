"""Findings on a whole course."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from courses.rules.course_rules import ReviewFacts, find_lapsed, find_off_course
from courses.rules.facts import Severity

AT = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("relief30", "gain", "is_found"),
    [(0.19, 0.14, True), (0.20, 0.14, False), (0.19, 0.15, False), (0.19, -0.5, True)],
)
def test_off_course_needs_little_chance_and_little_gain(relief30, gain, is_found):
    assert bool(find_off_course(ReviewFacts(5, relief30, gain))) is is_found


@pytest.mark.parametrize(("relief30", "gain"), [(None, 0.0), (0.0, None), (None, None)])
def test_off_course_is_silent_where_the_curve_cannot_tell(relief30, gain):
    assert find_off_course(ReviewFacts(5, relief30, gain)) is None


def test_off_course_is_a_review_with_its_sum():
    found = find_off_course(ReviewFacts(5, 0.1234, 0.0567, "linden-2", 10))
    assert found is not None
    assert found.severity == Severity.REVIEW
    assert found.evidence == {"session": 5, "relief30": 0.123, "gain": 0.057, "prior": "linden-2", "n_scores": 10}


@pytest.mark.parametrize(("hours", "is_found"), [(6 * 24, False), (6 * 24 + 1, True)])
def test_lapsed_after_one_and_a_half_planned_intervals(hours, is_found):
    last = AT - timedelta(hours=hours)
    found = find_lapsed(last_session_at=last, planned_interval=timedelta(days=4), at=AT)
    assert bool(found) is is_found


def test_lapsed_is_a_review_that_counts_days():
    found = find_lapsed(last_session_at=AT - timedelta(days=20), planned_interval=timedelta(days=4), at=AT)
    assert found is not None
    assert (found.severity, found.evidence) == (Severity.REVIEW, {"days": 20})
