"""Still worse three days after a session."""

from __future__ import annotations

import pytest

from courses.rules.facts import Severity
from courses.rules.still_worse import find_still_worse, is_on_watch
from tests.courses.rules.making import expects, pain


@pytest.mark.parametrize(
    ("score", "before", "mean", "is_found"),
    [(7, 5, 4.0, True), (7, 6, 4.0, False), (7, 5, 4.1, False), (6, 2, 3.5, False)],
)
def test_needs_two_above_before_and_three_above_the_curve(score, before, mean, is_found):
    found = find_still_worse(pain(score, timing="day3", before=before, expected=expects(mean)))
    assert bool(found) is is_found


@pytest.mark.parametrize(("score", "is_found"), [(7, False), (8, True)])
def test_needs_four_above_before_without_an_estimate(score, is_found):
    assert bool(find_still_worse(pain(score, timing="day3", before=4))) is is_found


@pytest.mark.parametrize("timing", ["before", "after", "day1", "other"])
def test_only_day_three_is_asked(timing):
    assert find_still_worse(pain(10, timing=timing, before=1, expected=expects())) is None


def test_nothing_without_a_before_score():
    assert find_still_worse(pain(10, timing="day3", expected=expects())) is None


def test_is_amber():
    found = find_still_worse(pain(9, timing="day3", before=3))
    assert found is not None
    assert found.severity == Severity.AMBER


@pytest.mark.parametrize(("score", "is_watched"), [(5, False), (6, True)])
def test_two_above_before_is_for_the_watch_list_alone(score, is_watched):
    facts = pain(score, timing="day3", before=4, expected=expects(5.0))
    assert is_on_watch(facts) is is_watched
    assert find_still_worse(facts) is None
