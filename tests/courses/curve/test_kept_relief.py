"""Good sessions that last: learned from patients who keep them, and never used by the alarm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel, Prior, Timing, condition, fit_prior
from courses.curve.alarm.remembering import memory_of_next
from courses.curve.results import NextScore
from courses.curve.sequential import sequential_predictions
from courses.curve.study.simulation import regular_panel, simulate

KEEPING = replace(SHIPPED_PRIOR, answering=replace(SHIPPED_PRIOR.answering, kept=0.5))
PRIORS = (SHIPPED_PRIOR, KEEPING)
paths = st.lists(st.integers(0, 10), min_size=3, max_size=9)


def after(scores: list[int], prior: Prior) -> NextScore:
    course = CourseScores.of_one_timing(np.arange(len(scores)), scores=scores)
    found = condition(prior, course).next_score(float(len(scores)), Timing.BEFORE)
    assert isinstance(found, NextScore)
    return found


def clinic(*, share: float, seed: int = 4) -> Panel:
    """200 weekly courses in which some keep a good session: they stay below what they dropped to."""
    rng = np.random.default_rng(seed)
    panel = regular_panel(n_courses=200, n_scores=10)
    scores = simulate(SHIPPED_PRIOR, panel, rng=rng).reshape(200, 10)
    for course in scores:
        for place in range(2, 10):
            fell = course[place - 2] - course[place - 1]
            if fell >= 2 and rng.random() < share:
                course[place:] = np.minimum(course[place:], course[place - 1])
    return panel.with_scores(scores.ravel())


def test_after_a_good_session_less_is_expected() -> None:
    plain, keeping = (after([6, 6, 6, 3], prior) for prior in PRIORS)
    assert plain.mean - 1.0 < keeping.mean < plain.mean - 0.2
    assert keeping.tail[6] < 0.8 * plain.tail[6]


def test_after_a_bad_session_nothing_changes() -> None:
    plain, keeping = (after([3, 3, 3, 7], prior) for prior in PRIORS)
    assert np.array_equal(plain.p, keeping.p)


@given(scores=paths)
def test_expected_never_falls_below_the_last_score(scores: list[int]) -> None:
    """If the curve expects more than the last score, keeping it is between the two."""
    plain, keeping = (after(scores, prior) for prior in PRIORS)
    assert np.isclose(keeping.p.sum(), 1.0)
    assert keeping.mean <= plain.mean + 1e-9
    assert keeping.mean >= min(plain.mean, scores[-1]) - 0.6


@given(scores=paths)
def test_alarm_rests_on_the_curve_alone(scores: list[int]) -> None:
    plain, keeping = (after(scores, prior) for prior in PRIORS)
    assert np.array_equal(plain.lr_star, keeping.lr_star)
    course = CourseScores.of_one_timing(np.arange(len(scores)), scores=scores)
    memories = [memory_of_next(prior, course, week=float(len(scores)), timing=Timing.BEFORE) for prior in PRIORS]
    if memories[0] is not None and memories[1] is not None:
        assert np.array_equal(memories[0].ratio, memories[1].ratio)


def test_share_is_learned_where_patients_keep_them() -> None:
    assert fit_prior(clinic(share=0.9), version=1, fitted_on="").answering.kept > 0.2


@pytest.mark.parametrize("seed", [1, 2])
def test_share_is_nothing_where_the_curve_is_right(seed: int) -> None:
    assert fit_prior(clinic(share=0.0, seed=seed), version=1, fitted_on="").answering.kept < 0.1


def test_keeping_predicts_new_patients_better_where_they_keep() -> None:
    prior = fit_prior(clinic(share=0.9), version=1, fitted_on="")
    new = clinic(share=0.9, seed=5)
    rows, scores = np.flatnonzero(new.n_earlier_of_timing >= 2), new.scores.astype(int)
    found = sequential_predictions(prior, new)
    gain = np.log(found.p[rows, scores[rows]]) - np.log(found.curve[rows, scores[rows]])
    assert gain.mean() > 0.0


def test_stored_priors_without_the_share_keep_none() -> None:
    stored = SHIPPED_PRIOR.to_json()
    del stored["answering"]["kept"]
    assert Prior.from_json(stored).answering.kept == 0.0
