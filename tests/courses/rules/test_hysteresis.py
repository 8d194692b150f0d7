"""When a pain alert has settled without an answer."""

from __future__ import annotations

from typing import Any

import pytest

from courses.rules.hysteresis import FrozenBound, frozen_bounds, has_settled

BOUND = {"after": FrozenBound(4.0, 6)}


def finding(timing: str = "after", **evidence: Any) -> dict[str, Any]:
    return {"evidence": {"timing": timing, **evidence}}


def test_bound_is_the_strictest_of_the_timing():
    found = frozen_bounds(
        [finding(expected=4.0, high90=6)], [finding(expected=7.0, high90=9), finding(expected=3.5, high90=7)]
    )
    assert found == {"after": FrozenBound(3.5, 6)}


def test_each_timing_has_the_bound_of_its_own_findings():
    raising = [finding(expected=4.0, high90=6), finding("day3", expected=2.0, high90=5)]
    found = frozen_bounds(raising, [finding(), finding("day3")])
    assert found == {"after": FrozenBound(4.0, 6), "day3": FrozenBound(2.0, 5)}


def test_what_raised_it_must_be_bounded():
    """A bound found later comes from a curve that knew of the rise."""
    assert frozen_bounds([finding()], [finding(expected=7.0, high90=9)]) is None


def test_every_timing_must_be_bounded():
    raising = [finding(expected=4.0, high90=6)]
    assert frozen_bounds(raising, [finding("day3", expected=4.0, high90=6)]) is None


@pytest.mark.parametrize(
    ("run", "is_settled"),
    [
        ([], False),
        ([(6, 3)], False),
        ([(6, 3), (7, 3)], True),
        ([(6, 3), (7, 6)], False),
        ([(6, 7), (7, 3)], False),
        ([(5, 7), (6, 5), (7, 5)], True),
        ([(5, 3), (7, 3)], False),
        ([(6, 3), (7, 7)], False),
    ],
)
def test_two_sessions_running_within_the_bound(run, is_settled):
    assert has_settled(BOUND, {"after": run}) is is_settled


def test_less_than_two_above_the_mean_even_inside_the_band():
    assert has_settled({"after": FrozenBound(4.0, 9)}, {"after": [(6, 6), (7, 6)]}) is False


def test_every_timing_must_have_settled():
    bounds = {"before": FrozenBound(4.0, 6), **BOUND}
    assert has_settled(bounds, {"after": [(6, 3), (7, 3)], "before": [(6, 3), (7, 8)]}) is False


def test_without_a_bound_nothing_settles():
    assert has_settled({}, {"after": [(6, 0), (7, 0)]}) is False
