"""The bounds a clinic may set."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules import red_flag
from courses.rules.bounds import LIMITS, SHIPPED_BOUNDS, RuleBounds, beyond_limits


def test_every_bound_has_a_limit_with_its_source():
    assert LIMITS.keys() == SHIPPED_BOUNDS.numbers().keys()
    assert all(limit.source for limit in LIMITS.values())


def test_shipped_bounds_lie_within_their_limits():
    assert beyond_limits(SHIPPED_BOUNDS.numbers()) == []


@pytest.mark.parametrize(("name", "value"), [("rise_always", 7), ("rise_always", 3.5), ("excess", 0.5)])
def test_no_bound_goes_so_far_that_its_rule_falls_silent(name, value):
    assert beyond_limits({name: value}) == [name]


@given(st.dictionaries(st.sampled_from([*LIMITS, "red_flag", "severity"]), st.floats(-1e6, 1e6)))
def test_what_a_stored_version_says_out_of_limits_is_as_shipped(numbers):
    assert beyond_limits(RuleBounds.of(numbers, version="v1").numbers()) == []


def test_red_flags_know_no_bound():
    assert "bounds" not in inspect.getsource(red_flag)
    assert not [name for name, limit in LIMITS.items() if limit.rule == red_flag.RULE]
