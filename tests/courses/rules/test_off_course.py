"""Off track at a review point."""

from __future__ import annotations

import pytest

from courses.rules.bounds import RuleBounds
from courses.rules.facts import Severity
from courses.rules.off_course import ReviewFacts, find_off_course


@pytest.mark.parametrize(
    ("relief30", "gain", "is_found"),
    [(0.19, 0.14, True), (0.20, 0.14, False), (0.19, 0.15, False), (0.19, -0.5, True)],
)
def test_off_course_needs_little_chance_and_little_gain(relief30, gain, is_found):
    assert bool(find_off_course(ReviewFacts(5, relief30, gain))) is is_found


@pytest.mark.parametrize(("relief30", "gain"), [(None, 0.0), (0.0, None), (None, None)])
def test_off_course_finds_nothing_without_an_estimate(relief30, gain):
    assert find_off_course(ReviewFacts(5, relief30, gain)) is None


def test_off_course_is_a_review_with_its_sum():
    found = find_off_course(ReviewFacts(5, 0.1234, 0.0567, "linden-2", 10))
    assert found is not None
    assert found.severity == Severity.REVIEW
    assert found.evidence == {
        "session": 5,
        "relief30": 0.123,
        "gain": 0.057,
        "prior": "linden-2",
        "n_scores": 10,
        "bounds": "shipped",
    }


def test_off_course_keeps_to_the_clinics_bounds():
    bounds = RuleBounds(relief_chance=0.4, least_gain=0.3, version="v2")
    found = find_off_course(ReviewFacts(5, 0.39, 0.29), bounds=bounds)
    assert found is not None
    assert found.evidence["bounds"] == "v2"
