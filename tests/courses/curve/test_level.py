"""The line that is drawn: the smoothed level, its bands and its shape."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.curve import SHIPPED_PRIOR, CourseScores, NextScore, Prior, ShapeName, Timing, condition
from courses.curve.design import levels_of
from courses.curve.panel import Panel
from courses.curve.posterior import NoiseGrid
from courses.curve.scores import Floats
from courses.curve.smoothed import Account, Smoothed, mean_levels
from courses.curve.study.simulation import regular_panel, simulate

BEFORE = Timing.BEFORE
STEADY = replace(SHIPPED_PRIOR, noise=0.5, noise_spread=0.2, carry=0.4)
SWINGING = replace(SHIPPED_PRIOR, noise=1.6, carry=1.0, carry_weeks=4.0)


def weekly(scores: list[int], *, end: float | None = 8.0) -> CourseScores:
    return CourseScores.of_one_timing(np.arange(len(scores)), scores=scores, planned_end_week=end)


def dense_level(prior: Prior, course: CourseScores, *, weeks: Floats) -> Floats:
    """The level by the formula in full: level = m + B (B + v I)^-1 (levels - m) at every level of noise v."""
    grid = NoiseGrid.of(prior, n_scores=len(course))

    def rows(at: Floats) -> Floats:
        u = at / 12.0
        return np.column_stack([np.ones(len(u)), u, u * u])

    def kept(first: Floats, second: Floats) -> Floats:
        return np.asarray(np.exp(-np.abs(first[:, None] - second) / prior.carry_weeks))

    seen, covariance = rows(course.weeks), np.array(prior.covariance)
    off = levels_of(course.scores.astype(float)) - seen @ np.array(prior.mean)
    found, densities = [], []
    for v, log_weight in zip(grid.variance, grid.log_weight, strict=True):
        scale = v * prior.carry**2
        total = seen @ covariance @ seen.T + scale * kept(course.weeks, course.weeks) + v * np.eye(len(off))
        cross = rows(weeks) @ covariance @ seen.T + scale * kept(weeks, course.weeks)
        solved = np.linalg.solve(total, off)
        found.append(rows(weeks) @ np.array(prior.mean) + cross @ solved)
        densities.append(log_weight - 0.5 * (np.linalg.slogdet(total)[1] + off @ solved))
    shares = np.exp(np.array(densities) - max(densities))
    return np.asarray(np.clip(shares @ np.array(found) / shares.sum(), 0.0, 10.0))


@pytest.mark.parametrize("scores", [[6, 7, 8, 8, 9], [9, 7, 5, 3, 2], [0, 0, 4, 10, 10, 3, 0], [5]])
@pytest.mark.parametrize("prior", [SHIPPED_PRIOR, STEADY, SWINGING])
def test_level_is_that_of_the_formula(scores: list[int], prior: Prior) -> None:
    course, weeks = weekly(scores), np.array([0.0, 0.4, 1.0, 2.7, 4.0])
    weeks = weeks[weeks <= len(scores) - 1]
    account = Account(prior, Panel.of([course]))
    levels = account.levels(weeks, BEFORE)
    found = mean_levels(account.mixture(levels, shift=account.shift(weeks), noise=0.0))
    assert np.allclose(found, dense_level(prior, course, weeks=weeks), atol=1e-6)


def test_line_weighs_three_accounts_of_the_course() -> None:
    fits, rises = (
        Smoothed.of(SHIPPED_PRIOR, Panel.of([weekly(one)])) for one in ([8, 7, 6, 5, 4], [2, 2, 3, 7, 8])
    )
    assert sum(fits.weights) == pytest.approx(1.0)
    assert fits.weights[0] > rises.weights[0]


@pytest.mark.parametrize("prior", [SHIPPED_PRIOR, STEADY, SWINGING])
def test_rising_course_is_drawn_rising(prior: Prior) -> None:
    line = condition(prior, weekly([6, 7, 8, 8, 9])).level(np.array([0.0, 4.0]), BEFORE)
    assert line[1] - line[0] >= 0.9


def test_falling_course_is_drawn_down_to_where_the_scores_are() -> None:
    line = condition(SHIPPED_PRIOR, weekly([9, 7, 5, 3, 2])).level(np.array([0.0, 4.0]), BEFORE)
    assert line[0] > 7.0
    assert abs(line[1] - np.mean([5, 3, 2])) < 0.5


def test_rise_is_never_called_a_steady_fall() -> None:
    assert condition(SHIPPED_PRIOR, weekly([6, 7, 8, 8, 9])).shape(8.0).name is not ShapeName.STEADY


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(st.floats(0, 20), st.integers(0, 10)), min_size=2, max_size=12),
    gap=st.floats(0.01, 12),
    timing=st.sampled_from([Timing.BEFORE, Timing.AFTER]),
)
def test_band_at_a_coming_visit_is_the_next_score_to_the_digit(
    rows: list[tuple[float, int]], gap: float, timing: Timing
) -> None:
    weeks, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    course = CourseScores.of_one_timing(weeks, scores=scores, timing=timing, planned_end_week=12.0)
    posterior, week = condition(SHIPPED_PRIOR, course), float(weeks.max() + gap)
    said, drawn = posterior.next_score(week, timing), posterior.bands(np.array([week]), timing)
    assert isinstance(said, NextScore)
    assert drawn.mean[0] == pytest.approx(said.mean)
    for low, high, interval in (
        (drawn.lower90, drawn.upper90, said.interval90),
        (drawn.lower50, drawn.upper50, said.interval50),
    ):
        assert (np.ceil(low[0] - 0.5 - 1e-9), np.ceil(high[0] - 0.5 - 1e-9)) == interval


def simulated() -> tuple[Panel, list[CourseScores]]:
    """Courses of the shipped Prior, and the same reversed: most of them rise."""
    panel = regular_panel(n_courses=150, n_scores=8)
    scores = simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(5)).reshape(150, 8)
    return panel, [weekly(list(map(int, one))) for row in scores for one in (row, row[::-1])]


def test_line_follows_simulated_courses_both_ways() -> None:
    changes, lines, ends = [], [], []
    for course in simulated()[1]:
        line = condition(SHIPPED_PRIOR, course).level(course.weeks, BEFORE)
        changes.append(course.scores[-3:].mean() - course.scores[:3].mean())
        lines.append(line[-3:].mean() - line[:3].mean())
        ends.append(abs(line[-3:].mean() - course.scores[-3:].mean()))
    change, line_change = np.array(changes), np.array(lines)
    rose, fell = change >= 2, change <= -2
    assert rose.sum() > 50
    assert not (line_change[rose] < 0).any()
    assert (line_change[rose] >= 1).mean() >= 0.9
    assert (line_change[fell] <= -1).mean() >= 0.95
    assert (np.array(ends) > 1.5).mean() <= 0.005
