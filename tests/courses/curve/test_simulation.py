from dataclasses import replace

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR
from courses.curve.prior import Answering
from courses.curve.study.simulation import regular_panel, simulate


def test_simulated_scores_have_the_prior_s_mean() -> None:
    panel = regular_panel(n_courses=4000, n_scores=5, weeks_between=2.0)
    scores = simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(1)).reshape(4000, 5)
    u = np.arange(5) / 6
    expected = 5.3 - 5.3 * u + 3.4 * u**2
    assert np.allclose(scores.mean(axis=0), expected, atol=0.15)


def test_near_scores_are_more_alike_than_far_ones() -> None:
    prior = replace(SHIPPED_PRIOR, carry=2.0, covariance=((1e-4, 0, 0), (0, 1e-4, 0), (0, 0, 1e-4)))
    panel = regular_panel(n_courses=3000, n_scores=6)
    scores = simulate(prior, panel, rng=np.random.default_rng(2)).reshape(3000, 6)
    near, far = (np.corrcoef(scores[:, 0], scores[:, later])[0, 1] for later in (1, 5))
    assert near > far + 0.2


def test_constant_repeater_repeats() -> None:
    prior = replace(SHIPPED_PRIOR, answering=Answering(repeat=0.999, repeat_share=0.999, fresh=1e-9))
    panel = regular_panel(n_courses=50, n_scores=6)
    scores = simulate(prior, panel, rng=np.random.default_rng(3)).reshape(50, 6)
    assert (scores == scores[:, :1]).mean() > 0.98


@pytest.mark.parametrize("n_courses", [0, 1])
def test_small_panels_are_simulated(n_courses: int) -> None:
    panel = regular_panel(n_courses=n_courses, n_scores=3)
    assert simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(0)).shape == (3 * n_courses,)
