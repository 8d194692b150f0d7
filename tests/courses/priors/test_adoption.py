"""Which Prior is in use: adopted, kept and rolled back by a rule, each with an event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message
from courses.curve import SHIPPED_PRIOR
from courses.models import Prior, PriorEvent
from courses.priors.adopted import adopted_prior
from courses.priors.adoption import InUse, compared, roll_back, roll_back_to_shipped
from tests.courses.priors.conftest import WORSE, as_good

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


class TestNight:
    def test_candidate_as_good_is_adopted(self, night, clinic, kinds):
        prior, _threshold = night()
        assert list(Prior.objects.adopted()) == [prior]
        assert adopted_prior(clinic).version == "linden-1"
        assert kinds() == ["adopted", "threshold_set"]

    @pytest.mark.parametrize(
        "comparison",
        [WORSE, {"n_scores": 199}, {"coverage90": 0.84}, {"coverage90": 0.96}],
        ids=["worse", "too few scores", "covers too few", "covers too many"],
    )
    def test_other_candidate_is_stored_and_not_used(self, night, clinic, kinds, comparison):
        night(**comparison)
        assert Prior.objects.get().is_adopted is False
        assert adopted_prior(clinic) is SHIPPED_PRIOR
        assert kinds() == ["kept", "threshold_set"]

    def test_next_one_takes_its_place(self, night):
        first = night()[0]
        written = Prior.objects.get(pk=first.pk).numbers
        second = night(later=DAY)[0]
        assert list(Prior.objects.adopted()) == [second]
        assert Prior.objects.get(pk=first.pk).numbers == written

    def test_event_and_row_say_how_they_compared(self, night):
        prior, _threshold = night(**WORSE)
        event = PriorEvent.objects.get(kind="kept")
        assert event.prior == prior
        assert (event.detail["difference"], event.detail["n_scores"], event.detail["needed"]) == (-0.5, 400, 200)
        assert compared(Prior.objects.get()) == as_good(**WORSE)

    def test_threshold_is_set_though_the_prior_is_kept_and_names_the_one_in_use(self, night):
        first = night()[0]
        threshold = night(later=DAY, threshold={"threshold": 13.5}, **WORSE)[1]
        assert (threshold.is_in_use, threshold.version, threshold.prior) == (True, 2, first)

    def test_candidate_compared_with_what_is_no_longer_in_use_is_kept(self, night, clinic):
        """Another was adopted while this night was still calculating."""
        earlier = InUse.of(clinic)
        first = night()[0]
        night(later=DAY, beside=earlier)
        assert list(Prior.objects.adopted()) == [first]


class TestSince:
    def test_every_score_is_new_to_the_shipped_prior(self, clinic):
        assert InUse.of(clinic) == InUse(None, None)

    def test_scores_since_the_fit_are_new(self, night, clinic, at):
        prior, _threshold = night()
        assert InUse.of(clinic) == InUse(prior, at)

    def test_kept_candidates_change_nothing(self, night, clinic, at):
        prior, _threshold = night()
        night(later=DAY, **WORSE)
        assert InUse.of(clinic) == InUse(prior, at)

    def test_after_a_rollback_only_later_scores_are_new(self, night, clinic, lead, at):
        first = night()[0]
        night(later=DAY)
        roll_back(first, by=lead, at=at + 2 * DAY)
        assert InUse.of(clinic) == InUse(first, at + 2 * DAY)


class TestRollback:
    def test_earlier_prior_is_used_again(self, night, clinic, lead, at):
        first = night()[0]
        night(later=DAY)
        roll_back(first, by=lead, at=at + 2 * DAY)
        assert adopted_prior(clinic).version == "linden-1"
        event = PriorEvent.objects.get(kind="rolled_back")
        assert (event.prior, event.by, event.happened_at) == (first, lead, at + 2 * DAY)

    def test_shipped_prior_is_used_again(self, night, clinic, lead, at):
        night()
        roll_back_to_shipped(clinic, by=lead, at=at + DAY)
        assert adopted_prior(clinic) is SHIPPED_PRIOR
        assert PriorEvent.objects.get(kind="rolled_back").prior is None

    def test_prior_in_use_cannot_be_gone_back_to(self, night, lead, at):
        with pytest.raises(ValidationError, match="in use already"):
            roll_back(night()[0], by=lead, at=at)

    def test_shipped_one_in_use_cannot_be_gone_back_to(self, clinic, lead, at):
        with pytest.raises(ValidationError, match="in use already"):
            roll_back_to_shipped(clinic, by=lead, at=at)

    def test_candidate_that_was_refused_cannot_be_put_in_use(self, night, lead, at):
        kept = night(**WORSE)[0]
        with pytest.raises(ValidationError, match="never in use"):
            roll_back(kept, by=lead, at=at)
        assert not Prior.objects.adopted().exists()


class TestStale:
    def test_thirty_nights_without_adoption_are_reported_once(self, night, kinds):
        for number in range(33):
            night(later=number * DAY, **WORSE)
        assert kinds().count("stale") == 1

    def test_reported_again_after_another_thirty(self, night, kinds):
        for number in range(0, 62, 2):
            night(later=number * DAY, **WORSE)
        assert kinds().count("stale") == 2

    def test_adoption_restarts_the_count(self, night, kinds):
        night(**WORSE)
        night(later=20 * DAY)
        night(later=31 * DAY, **WORSE)
        assert "stale" not in kinds()

    def test_too_few_scores_are_an_event_and_no_mail(self, night, kinds, lead):
        night(n_scores=12)
        night(later=30 * DAY, n_scores=57)
        assert "stale" in kinds()
        assert not Message.objects.filter(kind="curve_notice").exists()


class TestCoverage:
    @pytest.mark.parametrize("coverage", [{"coverage90": 0.79}, {"current_coverage90": 0.98, **WORSE}])
    def test_far_off_is_reported(self, night, kinds, coverage):
        night(**coverage)
        assert "coverage" in kinds()

    def test_reported_when_it_begins_not_every_night(self, night, kinds):
        for number in range(4):
            night(later=number * DAY, coverage90=0.79)
        assert kinds().count("coverage") == 1

    def test_reported_again_when_it_returns(self, night, kinds):
        for number, coverage in enumerate([0.79, 0.83, 0.79]):
            night(later=number * DAY, coverage90=coverage)
        assert kinds().count("coverage") == 2


def test_clinics_do_not_touch_each_other(night, stranger, clinic):
    night()
    assert adopted_prior(stranger.clinic) is SHIPPED_PRIOR
    assert not PriorEvent.objects.for_clinic(stranger.clinic).exists()


class TestDatabase:
    """Whatever the code does, the database keeps what was written."""

    def test_numbers_of_a_prior_never_change(self, night, refused):
        prior = night()[0]
        with refused("courses_append_only"):
            Prior.objects.filter(pk=prior.pk).update(numbers={})
        with refused("courses_append_only"):
            Prior.objects.filter(pk=prior.pk).update(version=7)

    def test_numbers_of_a_threshold_never_change(self, night, refused):
        threshold = night()[1]
        with refused("courses_append_only"):
            type(threshold).objects.filter(pk=threshold.pk).update(numbers={})

    def test_what_happened_stays(self, night, refused):
        night()
        with refused("courses_append_only"):
            PriorEvent.objects.all().update(kind="kept")
        with refused("courses_append_only"):
            PriorEvent.objects.all().delete()

    def test_two_priors_are_never_in_use_at_once(self, night, refused):
        night()
        night(later=DAY, **WORSE)
        with refused("courses_prior_one_in_use"):
            Prior.objects.update(is_adopted=True)
