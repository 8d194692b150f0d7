"""A plain rise, which needs no model."""

from __future__ import annotations

import pytest

from courses.rules.facts import Severity
from courses.rules.plain_rise import find_plain_rise
from tests.courses.rules.making import expects, pain


@pytest.mark.parametrize(("score", "is_found"), [(5, False), (6, True)])
def test_rise_of_three_in_the_session_while_unsure(score, is_found):
    assert bool(find_plain_rise(pain(score, before=3))) is is_found


@pytest.mark.parametrize(("score", "is_found"), [(6, False), (7, True)])
def test_rise_of_four_in_the_session_always(score, is_found):
    assert bool(find_plain_rise(pain(score, before=3, expected=expects()))) is is_found


@pytest.mark.parametrize(("score", "last", "is_found"), [(8, 6, True), (8, 7, False), (7, 5, False)])
def test_eight_with_a_rise_of_two_over_the_last_while_unsure(score, last, is_found):
    assert bool(find_plain_rise(pain(score, earlier=(last,)))) is is_found


def test_eight_with_a_rise_of_two_is_left_to_a_curve_with_an_estimate():
    assert find_plain_rise(pain(8, earlier=(6,), expected=expects(6.0))) is None


@pytest.mark.parametrize("expected", [None, expects(8.0)])
def test_first_ten_after_a_lower_start_always(expected):
    found = find_plain_rise(pain(10, earlier=(9, 9), expected=expected))
    assert found is not None
    assert found.severity == Severity.RED


@pytest.mark.parametrize("earlier", [(10, 9), (9, 10)])
def test_second_ten_or_a_start_at_ten_is_no_first_ten(earlier):
    assert find_plain_rise(pain(10, earlier=earlier, expected=expects(8.0))) is None


@pytest.mark.parametrize(("score", "severity"), [(7, Severity.AMBER), (8, Severity.RED)])
def test_red_from_a_score_of_eight_on(score, severity):
    found = find_plain_rise(pain(score, before=3))
    assert found is not None
    assert found.severity == severity


def test_before_scores_have_no_rise_in_their_session():
    assert find_plain_rise(pain(7, timing="before", earlier=(3,))) is None


def test_says_what_rose():
    found = find_plain_rise(pain(9, before=3, earlier=(4,)))
    assert found is not None
    assert found.evidence["because"] == "rise_in_session, high_and_rising"
