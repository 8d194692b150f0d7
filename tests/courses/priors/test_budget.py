"""The alert budget: tried on the last 90 days before it is set."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from courses.curve import SHIPPED_THRESHOLD
from courses.models import PriorEvent
from courses.priors.adopted import thresholds_of
from courses.priors.budget import DryRun, dry_run, set_budget
from courses.priors.fitting import fit_clinic
from courses.priors.thresholds import threshold_in_use

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def restless(write_course):
    """Eight courses with rising and falling scores."""
    for number in range(8):
        write_course([5, 5, 7 + number % 3, 4, 5, 7, 4, 5], fall=0)


@pytest.fixture
def tried():
    """A possible result of a dry run of 8 per 100."""
    threshold = replace(SHIPPED_THRESHOLD, budget_per_100=8.0, threshold=5.0)
    return DryRun(budget_per_100=8.0, n_sessions=412, n_now=7, n_then=12, threshold=threshold)


class TestDryRun:
    def test_counts_the_sessions_of_the_last_ninety_days(self, restless, clinic, at):
        assert dry_run(clinic, budget_per_100=5, at=at).n_sessions == 64
        assert dry_run(clinic, budget_per_100=5, at=at + 200 * DAY).n_sessions == 0
        # The first session was 40 days ago, one every 3.5 days: 58 days later the first three are too old.
        assert dry_run(clinic, budget_per_100=5, at=at + 58 * DAY).n_sessions == 8 * 5

    def test_now_is_what_today_s_threshold_would_have_raised(self, restless, clinic, at):
        same, other = (dry_run(clinic, budget_per_100=budget, at=at).n_now for budget in (5, 20))
        assert same == other > 0

    def test_larger_budget_would_have_raised_more(self, restless, clinic, at):
        found = [dry_run(clinic, budget_per_100=budget, at=at) for budget in (1, 5, 20, 60)]
        counts = [one.n_then for one in found]
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]
        thresholds = [one.threshold.threshold for one in found]
        assert thresholds == sorted(thresholds, reverse=True)

    def test_fixed_rules_count_whatever_the_budget(self, write_course, clinic, at):
        write_course([2, 2, 2, 2, 2], fall=-5)
        found = dry_run(clinic, budget_per_100=0, at=at)
        assert found.n_now == found.n_then == 5
        assert found.threshold.is_fixed_rules_over_budget

    def test_clinic_without_sessions_has_nothing_to_try_it_on(self, clinic, at):
        found = dry_run(clinic, budget_per_100=5, at=at)
        assert (found.n_sessions, found.n_now, found.n_then) == (0, 0, 0)
        assert found.threshold.threshold == pytest.approx(SHIPPED_THRESHOLD.threshold, rel=0.01)

    def test_changes_nothing(self, restless, clinic, at):
        dry_run(clinic, budget_per_100=20, at=at)
        clinic.refresh_from_db()
        assert clinic.alert_budget_per_100 == 5
        assert not PriorEvent.objects.exists()

    def test_training_patients_and_other_clinics_do_not_count(self, write_course, clinic, stranger, at):
        write_course([5, 5, 5], is_training=True)
        write_course([5, 5, 5], clinic=stranger.clinic)
        assert dry_run(clinic, budget_per_100=5, at=at).n_sessions == 0


class TestSetting:
    def test_is_in_use_at_once_though_it_moves_far(self, clinic, tried, manager, at):
        set_budget(clinic, tried, by=manager, at=at)
        clinic.refresh_from_db()
        assert clinic.alert_budget_per_100 == Decimal("8.0")
        assert (thresholds_of(clinic).lr, thresholds_of(clinic).version) == (5.0, "v1")

    def test_is_written_down_with_what_was_tried(self, clinic, tried, manager, at):
        set_budget(clinic, tried, by=manager, at=at)
        event = PriorEvent.objects.get(kind="budget_changed")
        assert event.by == manager
        assert event.detail == {"was": "5.0", "is": "8.0", "n_now": 7, "n_then": 12}

    def test_next_night_works_to_it(self, clinic, tried, manager, at):
        set_budget(clinic, tried, by=manager, at=at)
        clinic.refresh_from_db()
        assert fit_clinic(clinic, at=at + DAY).threshold.budget_per_100 == 8

    def test_keeps_the_rates_of_the_last_night(self, restless, clinic, manager, at):
        rates = fit_clinic(clinic, at=at).threshold.rates
        row = set_budget(clinic, dry_run(clinic, budget_per_100=8, at=at), by=manager, at=at)
        assert row.rates == rates
        assert threshold_in_use(clinic).budget_per_100 == 8
