from dataclasses import replace

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel, Sessions, control_limits, held_out
from courses.curve.study.folds import HeldOut


@pytest.fixture
def predictions(mixed_course: CourseScores) -> HeldOut:
    return held_out(Panel.of([mixed_course]), fit=lambda _: SHIPPED_PRIOR)


def test_session_counts_once_whatever_its_scores(predictions: HeldOut) -> None:
    sessions = Sessions.of(predictions, is_fixed_alarm=np.ones(11, dtype=bool))
    assert (sessions.n_sessions, sessions.n_alarmed(1e9)) == (4, 4)


def test_largest_ratio_of_the_session_counts(predictions: HeldOut) -> None:
    sessions = Sessions.of(predictions, least_excess=0.0)
    ratio = predictions.lr_star()
    excess = predictions.panel.scores - predictions.p @ np.arange(11)
    last = predictions.panel.session == 3
    assert sessions.statistic[3] == np.where(excess >= 0, ratio, 0.0)[last].max()


def test_score_near_its_mean_alarms_nobody(predictions: HeldOut) -> None:
    assert np.all(Sessions.of(predictions, least_excess=11.0).statistic == 0)


def test_score_near_the_patients_own_lowest_alarms_nobody() -> None:
    """However fast others fall: 7 after 6 and 6 is no rise, 8 is."""
    courses = [CourseScores.of_one_timing(np.arange(3), scores=[6, 6, last]) for last in (7, 8)]
    predictions = held_out(Panel.of(courses), fit=lambda _: SHIPPED_PRIOR)
    low = replace(predictions, p=np.eye(11)[np.full(6, 3)])
    assert (Sessions.of(low).statistic > 0).tolist() == [False] * 5 + [True]


def test_own_sessions_may_be_given(predictions: HeldOut) -> None:
    assert Sessions.of(predictions, session=np.arange(11)).n_sessions == 11


def test_rates_are_given_by_label() -> None:
    sessions = Sessions(np.array([5.0, 0.0, 5.0, 0.0]), np.zeros(4, dtype=bool), 4, 4)
    assert sessions.rates_by(["a", "a", "b", "c"], threshold=1.0) == {
        "a": (50, 2),
        "b": (100, 1),
        "c": (0, 1),
    }


def test_no_sessions_have_no_rate() -> None:
    assert Sessions(np.zeros(0), np.zeros(0, dtype=bool), 0, 0).rate_per_100(1.0) == 0


def test_control_limits_narrow_with_sessions() -> None:
    low, high = control_limits(np.array([0, 50, 5000]), share=0.05)
    assert np.all(np.diff(high) < 0)
    assert low.tolist() == sorted(low.tolist())
    assert np.all((low >= 0) & (high <= 100))
