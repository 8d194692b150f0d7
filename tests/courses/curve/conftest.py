"""Courses for many tests of the curve."""

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel, Timing
from courses.curve.study.simulation import regular_panel, simulate
from tests.courses.curve.diaries import smooth_course


@pytest.fixture
def forty() -> Panel:
    """Forty courses from a formula."""
    return Panel.of([smooth_course(number) for number in range(40)])


@pytest.fixture(scope="session")
def clinic() -> Panel:
    """A clinic of 150 weekly courses of 10 scores, drawn from the shipped Prior."""
    panel = regular_panel(n_courses=150, n_scores=10)
    return panel.with_scores(simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(3)))


@pytest.fixture
def mixed_course() -> CourseScores:
    """A course scored before, after and a day after its sessions, rows out of order."""
    return CourseScores(
        weeks=np.array([2.0, 0.0, 0.0, 1.0, 1.0, 1.14, 2.0, 3.0, 3.0, 0.14, 3.14]),
        scores=np.array([5, 7, 5, 6, 5, 7, 4, 5, 3, 6, 5]),
        timings=tuple(
            Timing(name)
            for name in (
                *("before", "before", "after", "before", "after", "day1"),
                *("after", "before", "after", "day1", "day1"),
            )
        ),
        planned_end_week=8.0,
        patient=7,
    )
