"""The arithmetic of measures."""

from __future__ import annotations

import pytest

from courses.measures.entry import Filling, ndi_percent


@pytest.mark.parametrize(
    ("points", "n_answered", "percent"), [(25, 10, 50), (25, 9, 55.6), (40, 8, 100), (0, 10, 0)]
)
def test_ndi_counts_answered_questions_only(points, n_answered, percent):
    assert ndi_percent(points, n_answered) == percent


@pytest.mark.parametrize(("points", "n_answered"), [(46, 9), (-1, 10), (10, 7), (10, 11)])
def test_ndi_refuses_what_cannot_be(points, n_answered):
    with pytest.raises(ValueError, match=str(points)):
        ndi_percent(points, n_answered)


def test_activities_are_compared_with_themselves():
    later = Filling("psfs", "review", 5, {"1": 7, "2": 5, "3": 0}, {"1": "drive", "2": "sleep", "3": "run"})
    assert later.mean_of(["drive", "sleep"]) == 6
    assert later.mean_of(["drive", "swim"]) is None
