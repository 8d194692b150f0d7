"""Patients so near the top of the scale that no bound can be exceeded."""

from __future__ import annotations

import pytest

from courses.rules.ceiling import find_ceiling, is_at_ceiling
from courses.rules.facts import Severity
from tests.courses.rules.making import expects, pain


@pytest.mark.parametrize(("mean", "is_top"), [(7.5, False), (7.6, True)])
def test_begins_above_seven_and_a_half(mean, is_top):
    assert is_at_ceiling(pain(9, expected=expects(mean))) is is_top


def test_first_ten_is_found():
    found = find_ceiling(pain(10, earlier=(9, 9), expected=expects(8.0)))
    assert found is not None
    assert found.severity == Severity.AMBER


def test_second_ten_after_session_three_counts_as_a_run():
    assert find_ceiling(pain(10, earlier=(9, 10), expected=expects(8.0))) is not None


@pytest.mark.parametrize(
    ("earlier", "score", "is_found"),
    [((8, 7, 7, 8), 8, True), ((8, 7, 7, 7), 8, False), ((8, 7, 7, 8), 7, False)],
)
def test_two_running_no_lower_than_the_start(earlier, score, is_found):
    found = find_ceiling(pain(score, earlier=earlier, expected=expects(7.8), number=5))
    assert bool(found) is is_found


@pytest.mark.parametrize(("number", "is_found"), [(4, False), (5, True)])
def test_run_is_looked_at_after_session_three(number, is_found):
    found = find_ceiling(pain(8, earlier=(8, 8), expected=expects(7.8), number=number))
    assert bool(found) is is_found


@pytest.mark.parametrize("expected", [None, expects(7.5)])
def test_nothing_below_the_ceiling_or_without_an_estimate(expected):
    assert find_ceiling(pain(10, earlier=(9, 9), expected=expected)) is None


def test_nothing_at_the_first_score():
    assert find_ceiling(pain(10, expected=expects(9.0))) is None


@pytest.mark.parametrize("expected", [None, expects(6.0), expects(9.0)])
@pytest.mark.parametrize(
    ("earlier", "score", "is_found"),
    [((10, 10), 10, True), ((8, 10, 10), 10, True), ((10, 10), 9, False), ((10, 9), 10, False)],
)
def test_third_ten_running_is_found_whatever_is_expected(expected, earlier, score, is_found):
    assert bool(find_ceiling(pain(score, earlier=earlier, expected=expected, number=3))) is is_found


def test_fourth_ten_says_nothing_new():
    assert find_ceiling(pain(10, earlier=(10, 10, 10), expected=expects(6.0))) is None


def test_second_ten_after_a_lower_score_is_no_first_ten():
    assert find_ceiling(pain(10, earlier=(9, 10, 8), expected=expects(8.0))) is None
