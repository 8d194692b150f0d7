from dataclasses import replace

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel, Prior
from courses.curve.design import Effects
from courses.curve.filtering import Filtered
from courses.curve.moments import log_likelihood
from courses.curve.posterior import NoiseGrid, posterior
from courses.curve.sequential import curve_mixture
from tests.courses.curve import dense
from tests.courses.curve.diaries import smooth_course

LOPSIDED = replace(SHIPPED_PRIOR, noise_slope=(0.6, -0.8, 0.3), noise_spread=0.5, offsets={"after": -0.7})

# statsmodels 0.15 MixedLM(score ~ u + u^2, groups=course, exog_re=(1, u, u^2)).fit(reml=False,
# method="bfgs") on the forty courses of conftest; BLUPS are its random effects of the first two.
STATSMODELS_MEAN = (5.56583634, -4.99578186, 2.32753536)
STATSMODELS_COVARIANCE = (
    (5.48416706, 0.73170794, -3.26897731),
    (0.73170794, 2.88956052, -2.16156826),
    (-3.26897731, -2.16156826, 4.70317737),
)
STATSMODELS_SCALE = 0.19675467844709746
STATSMODELS_BLUPS = [[0.364397, 1.48184, 0.22411], [2.279161, 0.206478, -1.771864]]


def unclamped(course: CourseScores) -> Panel:
    """Return the course as a panel whose last score is at the week of the one before: no clamp acts."""
    panel = Panel.of([course])
    weeks = panel.weeks.copy()
    weeks[-1] = weeks[-2]
    return replace(panel, weeks=weeks)


def test_likelihood_matches_the_dense_computation(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course])
    assert log_likelihood(LOPSIDED, panel, n_nodes=61) == pytest.approx(
        dense.log_likelihood(LOPSIDED, panel), abs=1e-3
    )


def test_predictive_matches_the_dense_computation(mixed_course: CourseScores) -> None:
    panel = unclamped(mixed_course)
    found = curve_mixture(LOPSIDED, panel, rows=np.array([panel.n_scores - 1]))
    assert np.allclose(found.probabilities()[0], dense.last_score_probabilities(LOPSIDED, panel), atol=2e-4)


def test_conditioning_matches_statsmodels(forty: Panel) -> None:
    prior = replace(
        SHIPPED_PRIOR,
        mean=STATSMODELS_MEAN,
        covariance=STATSMODELS_COVARIANCE,
        noise=(STATSMODELS_SCALE - 1 / 12) ** 0.5,
        noise_spread=1e-9,
        carry=1e-9,
    )
    filtered = Filtered.of(prior, forty.select(np.array([0, 1])))
    found = posterior(filtered.effects, filtered.information(), grid=NoiseGrid.of(prior, n_scores=8))
    assert np.allclose(found.deviation(filtered.effects), STATSMODELS_BLUPS, atol=2e-4)


@pytest.mark.parametrize("spread", [0.35, 0.5, 0.7])
@pytest.mark.parametrize("n_scores", [3, 12, 60])
def test_grid_is_as_good_as_61_nodes(spread: float, n_scores: int) -> None:
    prior: Prior = replace(SHIPPED_PRIOR, noise_spread=spread)
    rng = np.random.default_rng(n_scores)
    for scores in (rng.integers(0, 11, n_scores), np.full(n_scores, 4), rng.integers(3, 6, n_scores)):
        panel = Panel.of([CourseScores.of_one_timing(np.arange(n_scores), scores=scores)])
        rows = np.array([n_scores - 1])
        ours, finest = (curve_mixture(prior, panel, rows=rows, n_nodes=n) for n in (None, 61))
        assert np.abs(ours.probabilities() - finest.probabilities()).max() < 1e-3


def test_draws_have_the_posterior_mean() -> None:
    filtered = Filtered.of(LOPSIDED, Panel.of([smooth_course(3)]))
    found = posterior(filtered.effects, filtered.information(), grid=NoiseGrid.of(LOPSIDED, n_scores=8))
    drawn = found.draws(filtered.effects)
    error = drawn.std(axis=0) / len(drawn) ** 0.5
    assert np.all(np.abs(drawn.mean(axis=0) - found.deviation(filtered.effects)[0]) < 4 * error)


def test_no_scores_leave_the_prior() -> None:
    empty = Panel.of([CourseScores(weeks=np.zeros(0), scores=np.zeros(0, dtype=int), timings=())])
    filtered = Filtered.of(SHIPPED_PRIOR, empty, effects=Effects.of(SHIPPED_PRIOR, np.arange(5)))
    found = posterior(filtered.effects, filtered.information(), grid=NoiseGrid.of(SHIPPED_PRIOR, n_scores=0))
    assert np.allclose(found.deviation(filtered.effects), 0.0)
    assert found.log_likelihood[0] == pytest.approx(0.0)
