"""The alert threshold: set at once, or waiting for a lead if it changed a lot overnight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.curve import SHIPPED_THRESHOLD
from courses.models import AlertThreshold, PriorEvent
from courses.priors.adopted import thresholds_of
from courses.priors.thresholds import approve_threshold, threshold_in_use

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOW = SHIPPED_THRESHOLD.threshold
FAR = {"threshold": 1.3 * NOW, "quarter_threshold": 40.0}
NEAR = {"threshold": 1.15 * NOW}


def test_small_move_is_in_use_at_once(night, clinic):
    night(threshold=NEAR)
    assert thresholds_of(clinic).lr == NEAR["threshold"]
    assert thresholds_of(clinic).version == "v1"


@pytest.mark.parametrize("factor", [1.21, 0.79])
def test_move_of_more_than_a_fifth_waits(night, clinic, kinds, factor):
    night(threshold={"threshold": factor * NOW})
    assert thresholds_of(clinic).version == "shipped"
    assert AlertThreshold.objects.waiting().count() == 1
    assert "threshold_waits" in kinds()


def test_lead_lets_it_come_into_use(night, clinic, lead, at):
    waiting = night(threshold=FAR)[1]
    approve_threshold(waiting, by=lead, at=at + DAY)
    assert (thresholds_of(clinic).lr, thresholds_of(clinic).version) == (FAR["threshold"], "v1")
    row = AlertThreshold.objects.get()
    assert (row.approved_by, row.approved_at) == (lead, at + DAY)
    assert PriorEvent.objects.get(kind="threshold_set").by == lead


def test_second_approval_is_refused(night, lead, at):
    waiting = night(threshold=FAR)[1]
    approve_threshold(waiting, by=lead, at=at)
    with pytest.raises(ValidationError):
        approve_threshold(waiting, by=lead, at=at)


def test_only_the_newest_waits_and_is_reported_once(night, kinds, lead, at):
    first = night(threshold=FAR)[1]
    second = night(threshold=FAR, later=DAY)[1]
    assert list(AlertThreshold.objects.waiting()) == [second]
    assert kinds().count("threshold_waits") == 1
    with pytest.raises(ValidationError):
        approve_threshold(first, by=lead, at=at + DAY)


def test_night_that_returns_answers_the_question(night, clinic):
    night(threshold=FAR)
    night(threshold=NEAR, later=DAY)
    assert not AlertThreshold.objects.waiting().exists()
    assert threshold_in_use(clinic).threshold == NEAR["threshold"]


def test_small_steps_are_measured_from_what_is_in_use(night, clinic):
    for number, factor in enumerate([1.15, 1.25, 1.35]):
        night(threshold={"threshold": factor * NOW}, later=number * DAY)
    assert threshold_in_use(clinic).threshold == 1.35 * NOW


class TestLimits:
    @pytest.mark.parametrize(
        ("numbers", "kind"),
        [({"is_clamped": True}, "clamped"), ({"fixed_per_100": 7.0}, "over_budget")],
        ids=["clamped", "over budget"],
    )
    def test_reported_when_it_begins_and_when_it_returns(self, night, kinds, numbers, kind):
        for later, found in enumerate([numbers, numbers, {}, numbers]):
            night(threshold=found, later=later * DAY)
        assert kinds().count(kind) == 2

    def test_waiting_threshold_that_is_clamped_is_reported_once(self, night, kinds):
        for later in range(3):
            night(threshold={**FAR, "is_clamped": True}, later=later * DAY)
        assert kinds().count("clamped") == 1

    def test_event_names_the_true_rate(self, night):
        night(threshold={"is_clamped": True, "realised_per_100": 11.5})
        assert PriorEvent.objects.get(kind="clamped").detail == {"realised_per_100": 11.5}
