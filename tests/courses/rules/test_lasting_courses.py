"""Courses that get worse for good: by which session there is an alert, under every Prior."""

from __future__ import annotations

import pytest

from courses.rules.pain import PAIN_RULES
from courses.rules.worse_than_start import TimedScore, worse_than_start
from tests.courses.rules.in_order import PRIORS, START, WIDE, told

CURVE_ALONE = {rule.name for rule in PAIN_RULES if rule.fitted}
RISING = [
    (3, 3, 4, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9),
    (3, 3, 4, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9),
]


@pytest.mark.parametrize("name", [name for name in PRIORS if name not in WIDE])
@pytest.mark.parametrize("scores", RISING, ids=["rounded down", "rounded up"])
def test_half_a_point_more_each_session_alerts_no_later_than_the_first_six(
    name: str, scores: tuple[int, ...]
) -> None:
    assert min(told(scores, name)) <= scores.index(6) + 1


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("scores", RISING, ids=["rounded down", "rounded up"])
def test_where_curves_are_wide_a_slow_rise_is_in_the_digest_by_the_second_six(
    name: str, scores: tuple[int, ...]
) -> None:
    second = scores.index(6) + 2
    rows = [TimedScore("before", score, START, number) for number, score in enumerate(scores[:second], 1)]
    assert worse_than_start(rows) or min(told(scores, name)) <= second


@pytest.mark.parametrize("name", [name for name in PRIORS if name != "noisy_patients"])
def test_two_points_that_last_alert_by_the_fourth_worse_session(name: str) -> None:
    assert min(told((3, 3, 4, 3, 3, 3, 5, 5, 5, 6, 5), name)) <= 10


@pytest.mark.parametrize("name", PRIORS)
def test_sudden_pain_after_none_alerts_at_once(name: str) -> None:
    assert min(told((0, 0, 6), name)) == 3


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize(
    "scores",
    [(5, 5, 5, 5, 5, 5, 5, 5), (6, 5, 5, 4, 4, 3, 3, 2), (3, 3, 4, 3, 3, 4, 3, 3)],
)
def test_steady_and_improving_courses_are_left_in_peace(name: str, scores: tuple[int, ...]) -> None:
    assert told(scores, name) == {}


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize(
    "scores",
    [(level,) * 7 for level in range(11)]
    + [(9, 8, 8, 7, 6, 5), (6, 6, 7, 6, 6, 6), (6, 5, 6, 6, 5, 6), (8, 8, 7, 7, 7, 7), (4, 4, 3, 4, 4, 4)],
    ids=str,
)
def test_curve_never_alarms_on_scores_that_have_not_come_up(name: str, scores: tuple[int, ...]) -> None:
    """Where nearly everybody falls fast, or hardly varies, a flat course is far above what is expected."""
    assert not CURVE_ALONE & {rule for rules in told(scores, name).values() for rule in rules}


def test_shift_alerts_once_and_what_comes_later_again() -> None:
    found = told((3, 3, 4, 3, 3, 3, 5, 5, 5, 5, 5, 5, 8, 8, 8), "shipped")
    first = min(found)
    assert found[first] == ["lasting"]
    assert first + 1 not in found
    assert any(number >= 13 for number in found)
