import numpy as np
import pytest

from courses.curve.study.scoring import (
    caught_rises,
    crps,
    likelihood_ratio_statistic,
    log_scores,
    quality,
    randomised_pit,
    tail_statistic,
)


def certain(score: int) -> np.ndarray:
    p = np.full((1, 11), 1e-12)
    p[0, score] = 1.0
    return p


def test_log_score_is_that_of_the_observed_category() -> None:
    p = np.array([[0.5, 0.25, 0.25, *(0.0,) * 8]])
    assert log_scores(p, scores=np.array([1]))[0] == pytest.approx(np.log(0.25))


def test_crps_of_certainty_is_the_distance() -> None:
    assert crps(certain(7), scores=np.array([4]))[0] == pytest.approx(3)


def test_pit_of_right_predictions_is_uniform() -> None:
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(11), size=4000)
    scores = np.array([rng.choice(11, p=row) for row in p])
    pit = np.sort(randomised_pit(p, scores=scores, seed=1))
    assert np.abs(pit - np.linspace(0, 1, 4000)).max() < 0.03


def test_quality_of_nothing_is_not_a_number() -> None:
    assert np.isnan(quality(np.zeros((0, 11)), scores=np.zeros(0, dtype=int)).log_score)


def test_sure_predictions_catch_every_rise() -> None:
    p = np.tile(np.array([0.02, 0.9, 0.02, 0.02, *(0.04 / 7,) * 7]), (200, 1))
    scores = np.ones(200, dtype=int)
    assert caught_rises(tail_statistic(p), scores=scores).all()


def test_ratio_statistic_is_the_logarithm_of_the_running_maximum() -> None:
    p, raised = np.full((1, 11), 1 / 11), np.array([[*(0.01,) * 10, 0.9]])
    found = likelihood_ratio_statistic(p, raised=raised)
    assert found[0, 10] == pytest.approx(0.75 * np.log(0.9 * 11) + 0.25 * np.log(4))
    assert np.all(np.diff(found) >= 0)
