"""The Prior and the alert threshold that a clinic uses today."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from courses.curve import SHIPPED_PRIOR, SHIPPED_THRESHOLD
from courses.models import AlertThreshold, Prior
from courses.priors.adopted import adopted_prior, thresholds_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(clinic, at):
    """Store a Prior; its mean identifies it."""

    def make(version, *, is_adopted, clinic=clinic):
        numbers = replace(SHIPPED_PRIOR, version=f"linden-{version}").to_json()
        counts = {"n_patients": 0, "n_courses": 0, "n_scores": 0}
        return Prior.objects.create(
            clinic=clinic, version=version, numbers=numbers, fitted_at=at, is_adopted=is_adopted, **counts
        )

    return make


def test_new_clinic_works_with_what_is_shipped(clinic):
    assert adopted_prior(clinic) is SHIPPED_PRIOR
    thresholds = thresholds_of(clinic)
    assert (thresholds.lr, thresholds.version) == (SHIPPED_THRESHOLD.threshold, "shipped")
    assert thresholds.lr_of_quarter_budget == SHIPPED_THRESHOLD.quarter_threshold


def test_adopted_prior_is_used_though_a_newer_one_waits(clinic, keep):
    keep(1, is_adopted=True)
    keep(2, is_adopted=False)
    assert adopted_prior(clinic).version == "linden-1"


def test_prior_of_another_clinic_is_not_used(clinic, stranger, keep):
    keep(1, is_adopted=True, clinic=stranger.clinic)
    assert adopted_prior(clinic) is SHIPPED_PRIOR


def test_numbers_are_read_as_they_were_stored(clinic, keep):
    row = keep(1, is_adopted=True)
    assert adopted_prior(clinic).to_json() == row.numbers


def test_prior_is_read_once(clinic, keep, django_assert_num_queries):
    keep(1, is_adopted=True)
    adopted_prior(clinic)
    with django_assert_num_queries(1):
        adopted_prior(clinic)


def test_threshold_in_use_is_used_though_a_newer_one_waits(clinic, at):
    for version, threshold in ((1, 5.0), (2, 7.5)):
        numbers = asdict(replace(SHIPPED_THRESHOLD, threshold=threshold))
        AlertThreshold.objects.create(
            clinic=clinic,
            version=version,
            budget_per_100=5,
            numbers=numbers,
            calibrated_at=at,
            is_in_use=version == 1,
            needs_approval=version == 2,
        )
    assert (thresholds_of(clinic).lr, thresholds_of(clinic).version) == (5.0, "v1")
