"""A score far above what the curve expected."""

from __future__ import annotations

import pytest

from courses.rules.beyond_bounds import find_beyond_bounds
from courses.rules.facts import Severity
from tests.courses.rules.making import expects, pain


def ratios(at_seven: float) -> tuple[float, ...]:
    return (0.1,) * 7 + (at_seven,) * 4


@pytest.mark.parametrize(("ratio", "is_found"), [(9.9, False), (10.0, False), (10.1, True)])
def test_alarms_only_above_the_threshold(ratio, is_found):
    found = find_beyond_bounds(pain(7, expected=expects(lr=ratios(ratio))))
    assert bool(found) is is_found


@pytest.mark.parametrize(("mean", "is_found"), [(5.0, True), (5.01, False)])
def test_score_must_be_two_above_the_mean(mean, is_found):
    found = find_beyond_bounds(pain(7, expected=expects(mean)))
    assert bool(found) is is_found


@pytest.mark.parametrize(
    ("earlier", "is_found"), [((6, 6), False), ((6, 5), True), ((5, 6), True), ((9, 5, 9), True), ((), True)]
)
def test_score_must_be_two_above_the_lowest_of_the_patients_own(earlier, is_found):
    found = find_beyond_bounds(pain(7, earlier=earlier, expected=expects(3.0)))
    assert bool(found) is is_found


@pytest.mark.parametrize(
    ("ratio", "before", "severity"),
    [(30.1, 4, Severity.RED), (30.0, 4, Severity.AMBER), (30.1, 5, Severity.AMBER), (30.1, None, Severity.AMBER)],
)
def test_red_needs_a_rise_of_three_and_a_quarter_of_the_budget(ratio, before, severity):
    found = find_beyond_bounds(pain(7, before=before, expected=expects(lr=ratios(ratio))))
    assert found is not None
    assert found.severity == severity


def test_rise_over_the_last_of_the_timing_counts_as_well():
    found = find_beyond_bounds(pain(7, before=6, earlier=(4,), expected=expects()))
    assert found is not None
    assert found.severity == Severity.RED


def test_finds_nothing_without_an_estimate():
    assert find_beyond_bounds(pain(10, before=0)) is None


def test_freezes_the_threshold_and_its_version():
    found = find_beyond_bounds(pain(7, expected=expects()))
    assert found is not None
    assert (found.evidence["threshold"], found.evidence["threshold_version"]) == (10.0, "v1")
