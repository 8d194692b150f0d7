"""What a review asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.review_advice import GOING_ON, CourseAtReview, Question, review_questions


def asked(number: int, gain: float | None, relief30: float | None = 0.5, **values: object) -> tuple[str, ...]:
    at_review = CourseAtReview(number, values.pop("n_planned", 13), gain, relief30, **values)
    return tuple(str(question) for question in review_questions(at_review))


@pytest.mark.parametrize(
    ("gain", "expected"),
    [
        (-0.2, ("stop_or_refer",)),
        (0.09, ("stop_or_refer",)),
        (0.10, ("stop_or_refer", "extend")),
        (0.29, ("stop_or_refer", "extend")),
        (0.30, ("extend",)),
        (0.50, ("extend",)),
        (0.51, ("complete",)),
    ],
)
def test_at_ten_sessions_the_rule_of_gerac_asks(gain, expected):
    assert asked(10, gain) == expected


def test_a_short_plan_is_decided_at_its_end():
    assert asked(8, 0.2, n_planned=8) == ("stop_or_refer", "extend")


def test_five_more_are_offered_once():
    assert asked(15, 0.4, is_extended=True) == ("complete",)
    assert asked(15, 0.2, is_extended=True) == ("stop_or_refer",)


@pytest.mark.parametrize(
    ("gain", "relief30", "expected"),
    [(0.14, 0.19, "off_track"), (0.15, 0.19, "go_on"), (0.14, 0.20, "go_on"), (0.4, 0.9, "go_on")],
)
def test_before_ten_only_a_course_off_track_is_questioned(gain, relief30, expected):
    assert asked(5, gain, relief30) == (expected,)


def test_the_worse_of_observed_and_fitted_counts():
    assert asked(5, -0.5, 0.1, fitted_gain=0.3) == ("off_track",)
    assert asked(5, 0.3, 0.1, fitted_gain=0.05) == ("off_track",)


def test_what_holds_the_course_comes_first():
    assert asked(10, 0.6, 0.9, is_on_hold=True) == ("on_hold",)


def test_open_red_flag_comes_before_all_and_nothing_else_is_asked():
    assert asked(10, 0.6, 0.9, has_open_flag=True, has_open_pain=True) == ("open_flag",)
    assert asked(10, 0.6, 0.9, has_open_flag=True, is_on_hold=True) == ("open_flag", "on_hold")


@pytest.mark.parametrize(
    ("number", "gain", "expected"),
    [
        (5, 0.4, ("open_pain",)),
        (3, 0.4, ("open_pain",)),
        (5, 0.1, ("open_pain", "off_track")),
        (10, 0.2, ("open_pain", "stop_or_refer")),
        (10, 0.6, ("open_pain",)),
        (5, None, ("open_pain", "cannot_tell")),
    ],
)
def test_open_pain_alert_comes_first_and_leaves_what_does_not_suggest_continuing(number, gain, expected):
    assert asked(number, gain, 0.1, has_open_pain=True) == expected


def test_late_responders_are_given_time():
    assert asked(3, 0.0, 0.1) == ("too_early",)


def test_without_numbers_nothing_is_advised():
    assert asked(10, None, None) == ("cannot_tell",)


@given(
    number=st.integers(0, 30),
    gain=st.none() | st.floats(-2, 1),
    relief30=st.none() | st.floats(0, 1),
    open_flag=st.booleans(),
    open_pain=st.booleans(),
    on_hold=st.booleans(),
)
def test_nothing_open_suggests_continuing(number, gain, relief30, open_flag, open_pain, on_hold):
    found = asked(number, gain, relief30, has_open_flag=open_flag, has_open_pain=open_pain, is_on_hold=on_hold)
    assert found
    if open_flag or open_pain or on_hold:
        assert not set(found) & {str(question) for question in GOING_ON}


@given(number=st.integers(0, 30), gain=st.none() | st.floats(-2, 1), relief30=st.none() | st.floats(0, 1))
def test_every_review_asks_something(number, gain, relief30):
    assert set(asked(number, gain, relief30)) <= {str(question) for question in Question}
    assert asked(number, gain, relief30)
