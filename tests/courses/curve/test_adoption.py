from dataclasses import replace

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, Panel, compare, held_out
from courses.curve.study.comparison import Comparison, cluster_standard_error, compare_held_out

BAD = replace(SHIPPED_PRIOR, mean=(9.0, 0.0, 0.0), noise=0.3, covariance=((0.1, 0, 0), (0, 0.1, 0), (0, 0, 0.1)))


def test_same_prior_is_as_good(clinic: Panel) -> None:
    found = compare(SHIPPED_PRIOR, lambda _: SHIPPED_PRIOR, clinic)
    assert found.difference == pytest.approx(0.0)
    assert found.n_scores == 150 * 8


def test_worse_candidate_is_not_adopted(clinic: Panel) -> None:
    found = compare(SHIPPED_PRIOR, lambda _: BAD, clinic)
    assert found.difference < -found.standard_error
    assert not found.is_adoptable


def test_better_candidate_is_adopted(clinic: Panel) -> None:
    found = compare(BAD, lambda _: SHIPPED_PRIOR, clinic)
    assert found.is_adoptable
    assert not found.is_coverage_alarming


def test_only_new_scores_count(clinic: Panel) -> None:
    is_new = clinic.step == 9
    found = compare(BAD, lambda _: SHIPPED_PRIOR, clinic, is_new=is_new)
    assert (found.n_scores, found.n_patients) == (150, 150)
    assert not found.has_enough_scores
    assert not found.is_adoptable


def test_no_new_scores_compare_nothing(clinic: Panel) -> None:
    both = held_out(clinic, fit=lambda _: SHIPPED_PRIOR)
    none = np.zeros(clinic.n_scores, dtype=bool)
    assert compare_held_out(both, candidate=both, is_new=none) == Comparison(0, 0, 0.0, 0.0, 0.0, 0.0)


def test_standard_error_counts_patients_not_scores() -> None:
    values = np.repeat([1.0, 2.0, 3.0, 4.0], 5)
    clustered = cluster_standard_error(values, clusters=np.repeat([0, 1, 2, 3], 5))
    assert clustered == pytest.approx(np.std([1, 2, 3, 4], ddof=1) / 2)


def test_one_patient_has_no_standard_error() -> None:
    assert cluster_standard_error(np.array([1.0, 2.0]), clusters=np.array([3, 3])) == 0.0


@pytest.mark.parametrize(
    ("coverage", "current", "is_alarming"),
    [(0.90, 0.90, False), (0.79, 0.90, True), (0.98, 0.90, True), (0.90, 0.79, True), (0.81, 0.96, False)],
)
def test_coverage_far_off_is_reported(coverage: float, current: float, is_alarming: bool) -> None:
    worse = Comparison(300, 40, -1.0, 0.1, coverage, current)
    assert worse.is_coverage_alarming is is_alarming


def test_coverage_of_few_scores_is_not_reported() -> None:
    assert not Comparison(199, 40, -1.0, 0.1, 0.5, 0.5).is_coverage_alarming


def test_badly_covering_prior_that_is_replaced_is_not_reported() -> None:
    assert not Comparison(300, 40, 1.0, 0.1, 0.9, 0.5).is_coverage_alarming


@pytest.mark.parametrize(
    ("difference", "coverage", "is_adoptable"),
    [
        (-0.09, 0.90, True),
        (-0.10, 0.90, False),
        (1.0, 0.84, False),
        (1.0, 0.85, True),
        (1.0, 0.95, True),
        (1.0, 0.96, False),
    ],
)
def test_rule_at_its_edges(difference: float, coverage: float, is_adoptable: bool) -> None:
    assert Comparison(200, 40, difference, 0.1, coverage, 0.9).is_adoptable is is_adoptable
    assert not Comparison(199, 40, difference, 0.1, coverage, 0.9).is_adoptable
