from dataclasses import replace

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel, Timing, fit_prior, sequential_predictions
from courses.curve.fit import _objective, fit_curve, sample
from courses.curve.moments import log_likelihood
from courses.curve.parameters import Parameters
from courses.curve.prior import Answering
from courses.curve.study.scoring import quality
from courses.curve.study.simulation import regular_panel, simulate
from tests.courses.curve.diaries import smooth_course

TRUTH = replace(
    SHIPPED_PRIOR,
    mean=(5.5, -1.0, 0.5),
    covariance=((1.0, -0.6, 0.5), (-0.6, 9.0, -6.0), (0.5, -6.0, 6.25)),
    noise=0.7,
    noise_spread=0.5,
    noise_slope=(0.3, 0.0, 0.0),
    carry=0.8,
    carry_weeks=1.5,
    answering=Answering(fresh=1e-9, repeat=1e-9, repeat_share=1e-9),
)


def simulated(n_courses: int, *, seed: int) -> Panel:
    panel = regular_panel(n_courses=n_courses, n_scores=12)
    return panel.with_scores(simulate(TRUTH, panel, rng=np.random.default_rng(seed)))


def test_no_courses_leave_the_shipped_numbers() -> None:
    prior = fit_prior(Panel.of([]), version=1, fitted_on="2026-01-05")
    assert prior.mean == SHIPPED_PRIOR.mean
    assert prior.covariance == SHIPPED_PRIOR.covariance
    assert (prior.n_courses, prior.version, prior.fitted_on) == (0, 1, "2026-01-05")


def test_one_course_moves_the_numbers_a_little() -> None:
    prior = fit_prior(Panel.of([smooth_course(0)]), version=1, fitted_on="")
    assert np.allclose(np.diag(prior.covariance), np.diag(SHIPPED_PRIOR.covariance), rtol=1.0)
    assert prior.mean != SHIPPED_PRIOR.mean


@pytest.mark.parametrize("score", [0, 5, 10])
def test_clinic_of_one_score_only_is_fitted(score: int) -> None:
    flat = Panel.of([CourseScores.of_one_timing(range(6), scores=[score] * 6, patient=i) for i in range(8)])
    prior = fit_prior(flat, version=1, fitted_on="")
    found = sequential_predictions(prior, flat)
    assert np.all(found.p[found.can_tell, score] > 0.8)


def test_truth_is_recovered() -> None:
    prior = fit_curve(simulated(1200, seed=5), shipped=SHIPPED_PRIOR, start=SHIPPED_PRIOR)
    assert np.allclose(prior.mean, TRUTH.mean, atol=0.35)
    assert np.allclose(np.sqrt(np.diag(prior.covariance)), np.sqrt(np.diag(TRUTH.covariance)), rtol=0.2)
    assert prior.noise == pytest.approx(TRUTH.noise, rel=0.15)
    assert prior.noise_spread == pytest.approx(TRUTH.noise_spread, rel=0.2)
    assert prior.noise_slope[0] == pytest.approx(TRUTH.noise_slope[0], abs=0.15)
    assert prior.carry == pytest.approx(TRUTH.carry, rel=0.25)
    assert prior.carry_weeks == pytest.approx(TRUTH.carry_weeks, rel=0.35)


def test_new_patients_are_covered() -> None:
    prior = fit_prior(simulated(300, seed=6), version=1, fitted_on="")
    later = simulated(400, seed=7)
    found = sequential_predictions(prior, later)
    told = found.can_tell
    measured = quality(found.p[told], scores=later.scores[told].astype(int))
    assert measured.coverage90 == pytest.approx(0.90, abs=0.02)
    assert measured.upper975 == pytest.approx(0.025, abs=0.01)


def test_gradient_is_that_of_the_penalised_likelihood(mixed_course: CourseScores) -> None:
    groups = ("radiculopathy", "axial")
    courses = [replace(mixed_course, group=groups[i % 2], patient=i) for i in range(4)]
    panel = Panel.of([*courses, *(replace(smooth_course(i), group=groups[i % 2]) for i in range(6))])
    codes = tuple(code for code in np.unique(panel.timings).tolist() if code)
    parameters = Parameters(SHIPPED_PRIOR, panel.group_names, codes)
    vector = parameters.vector(TRUTH)
    vector += 0.02 * np.random.default_rng(0).standard_normal(len(vector))
    _, gradient = _objective(vector, parameters=parameters, panel=panel, n_nodes=31)

    def value(moved: np.ndarray) -> float:
        return parameters.penalty(moved) - log_likelihood(parameters.prior(moved), panel, n_nodes=31)

    steps = 1e-5 * np.eye(len(vector))
    numeric = np.array([(value(vector + step) - value(vector - step)) / 2e-5 for step in steps])
    assert np.allclose(gradient, numeric, rtol=2e-3, atol=2e-2)


def test_order_of_courses_changes_nothing() -> None:
    courses = [smooth_course(number) for number in range(12)]
    one, other = (fit_prior(Panel.of(c), version=1, fitted_on="") for c in (courses, courses[::-1]))
    assert np.allclose(one.mean, other.mean, atol=1e-3)
    assert one.noise == pytest.approx(other.noise, rel=1e-3)


def test_course_without_scores_changes_nothing() -> None:
    courses = [smooth_course(number) for number in range(6)]
    nothing = CourseScores(weeks=np.zeros(0), scores=np.zeros(0, dtype=int), timings=())
    one, other = (fit_prior(Panel.of(c), version=1, fitted_on="") for c in (courses, [*courses, nothing]))
    assert one == other


def test_pull_does_not_depend_on_the_unit_of_time() -> None:
    parameters = Parameters(SHIPPED_PRIOR, (), ())
    mean, covariance = np.array(SHIPPED_PRIOR.mean), np.array(SHIPPED_PRIOR.covariance)
    scale = np.array([1.0, 0.5, 0.25])
    first, second, third = (tuple(row) for row in scale[:, None] * covariance * scale)
    slower = replace(SHIPPED_PRIOR, mean=tuple(mean * scale), covariance=(first, second, third))
    vector = parameters.vector(slower)
    vector[-1] = np.log(2.0)
    pace_alone = 0.5 * (np.log(2.0) / 0.8) ** 2
    assert parameters.penalty(vector) == pytest.approx(pace_alone)


def test_groups_are_shrunk_to_the_clinic() -> None:
    high = [replace(smooth_course(i), group="axial", patient=i) for i in range(25)]
    low = [replace(course, scores=np.maximum(course.scores - 3, 0), group="strain") for course in high]
    gaps = []
    for n_low in (2, 25):
        prior = fit_prior(Panel.of([*high, *low[:n_low]]), version=1, fitted_on="")
        gaps.append(prior.group_means["axial"][0] - prior.group_means["strain"][0])
    assert 0 < gaps[0] < gaps[1] < 3.5


def test_offsets_of_timings_are_learned() -> None:
    rng = np.random.default_rng(2)
    weeks, timings = np.repeat(np.arange(6.0), 2), (Timing.BEFORE, Timing.AFTER) * 6
    courses = []
    for patient in range(40):
        before = rng.integers(4, 8, 6)
        scores = np.column_stack([before, np.maximum(before - 2, 0)]).ravel()
        courses.append(CourseScores(weeks=weeks, scores=scores, timings=timings, patient=patient))
    prior = fit_prior(Panel.of(courses), version=1, fitted_on="")
    assert prior.offsets["after"] == pytest.approx(-2.0, abs=0.3)


def test_sample_is_the_seed_s(forty: Panel) -> None:
    assert sample(forty, n_courses=40, seed=0) is forty
    few = [sample(forty, n_courses=9, seed=seed).patients.tolist() for seed in (1, 1, 2)]
    assert few[0] == few[1] != few[2]


def test_fitted_prior_says_what_it_rests_on(forty: Panel) -> None:
    prior = fit_prior(forty, version=4, fitted_on="2026-01-05")
    assert (prior.n_patients, prior.n_courses, prior.n_scores) == (40, 40, forty.n_scores)
    assert prior.calibration is not None
    assert prior.calibration.n_scores == forty.n_scores - 2 * 40
