import numpy as np
import pytest

from courses.curve import CourseScores, Panel
from courses.curve.quadratic import course_sums, fit_quadratic
from tests.courses.curve import dense
from tests.courses.curve.test_posterior import STATSMODELS_MEAN, STATSMODELS_SCALE

# statsmodels 0.15, as in test_posterior.
STATSMODELS_LOG_LIKELIHOOD = -311.0173386927961


def test_same_maximum_as_statsmodels(forty: Panel) -> None:
    found = fit_quadratic(forty, tolerance=1e-7)
    assert found.log_likelihood == pytest.approx(STATSMODELS_LOG_LIKELIHOOD, abs=1e-4)
    assert np.allclose(found.mean, STATSMODELS_MEAN, atol=1e-3)
    assert found.noise_variance == pytest.approx(STATSMODELS_SCALE, rel=1e-3)


def test_log_likelihood_is_the_dense_one(forty: Panel) -> None:
    found = fit_quadratic(forty)
    total = 0.0
    for course in range(forty.n_courses):
        rows = forty.course == course
        u = forty.weeks[rows] / 12
        x = np.column_stack([np.ones_like(u), u, u * u])
        covariance = x @ found.covariance @ x.T + found.noise_variance * np.eye(len(u))
        total += dense.log_density(x @ found.mean, covariance, forty.scores[rows])
    assert found.log_likelihood == pytest.approx(total, abs=1e-6)


def test_sums_are_those_of_the_rows() -> None:
    panel = Panel.of([CourseScores.of_one_timing([0.0, 12.0, 24.0], scores=[2, 3, 5])])
    assert course_sums(panel)[:, 0].tolist() == [3, 3, 5, 9, 17, 10, 13, 23, 38]


def test_scores_that_never_vary_are_no_trouble() -> None:
    flat = Panel.of([CourseScores.of_one_timing([0, 1, 2, 3], scores=[4] * 4, patient=i) for i in range(9)])
    found = fit_quadratic(flat)
    assert np.isfinite(found.log_likelihood)
    assert found.mean[0] == pytest.approx(4, abs=0.1)
