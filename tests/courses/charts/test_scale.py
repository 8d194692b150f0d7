"""From weeks and scores to positions on the chart."""

from __future__ import annotations

import pytest

from courses.charts.scale import Frame, week_ticks

FRAME = Frame(100, 100, left=10, right=10, top=20, bottom=20, n_weeks=4)


def test_ten_is_at_the_top_and_zero_at_the_bottom():
    assert (FRAME.y(10), FRAME.y(0), FRAME.y_end) == (20, 80, 80)


def test_weeks_run_from_left_to_right():
    assert (FRAME.x(0), FRAME.x(2), FRAME.x(4), FRAME.x_end) == (10, 50, 90, 90)


@pytest.mark.parametrize(
    ("n_weeks", "ticks"),
    [
        (1, [0, 1]),
        (4.08, [0, 1, 2, 3, 4]),
        (8, list(range(9))),
        (9, [0, 2, 4, 6, 8]),
        (30, [0, 4, 8, 12, 16, 20, 24, 28]),
    ],
)
def test_ticks_are_whole_weeks_and_few(n_weeks, ticks):
    assert week_ticks(n_weeks) == ticks


@pytest.mark.parametrize("n_weeks", [0.1, 52, 260, 1_000, 4_000])
def test_ticks_are_never_too_many(n_weeks):
    assert 1 <= len(week_ticks(n_weeks)) <= 9
