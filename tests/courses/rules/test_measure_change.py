"""What a change of a measure means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.measure_change import Size, change_of

scores = st.integers(0, 10).map(float)


@pytest.mark.parametrize(
    ("now", "size"), [(6, "none"), (5, "small"), (4.7, "noticed"), (2.1, "noticed"), (2, "sure"), (10, "sure")]
)
def test_size_beside_both_thresholds(now, size):
    assert change_of(6, now, noticed=1.3, sure=4).size == size


def test_more_is_better_where_more_is_better():
    assert change_of(4, 7, noticed=2, sure=2.1, is_more_better=True).gain == 3


def test_nobody_knows_without_thresholds():
    assert change_of(6, 4, noticed=None, sure=None).size == Size.UNKNOWN


def test_an_error_smaller_than_what_is_noticed_makes_nothing_sure():
    assert change_of(6, 5, noticed=2, sure=0.5).size == Size.SMALL


@pytest.mark.parametrize(("start", "share"), [(2.9, None), (3.0, 1 / 3), (6.0, 2 / 3)])
def test_share_only_from_a_start_of_three(start, share):
    found = change_of(start, start - 1 if start < 6 else 2, noticed=1, sure=None).share
    assert found == (None if share is None else pytest.approx(share))


@given(start=scores, now=scores)
def test_worse_is_as_large_as_better(start, now):
    there, back = change_of(start, now, noticed=1.3, sure=4), change_of(now, start, noticed=1.3, sure=4)
    assert (there.size, there.gain) == (back.size, -back.gain)
