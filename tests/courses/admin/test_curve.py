"""The curve's page: the budget with its dry run, versions to return to, the history."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import Clinic
from courses.curve import SHIPPED_PRIOR, SHIPPED_THRESHOLD, Comparison
from courses.models import AlertThreshold, Prior, PriorEvent
from courses.priors.adopted import adopted_prior
from courses.priors.adoption import Candidate, InUse, take_in
from tests.factories import log_run

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:courses_prior_changelist")
BUDGET = reverse("admin:courses_prior_budget")
RATES = {
    "month": [["2025-12", 4.0, 100], ["2026-01", 5.0, 100], ["2026-02", 20.0, 100]],
    "session": [["1", 4.0, 40], ["10+", 6.0, 30]],
    "start": [["4-6", 5.0, 70]],
    "type": [["axial", 5.0, 60], ["mixed", 5.0, 10]],
    "timing": [["before", 3.0, 70], ["day1", 7.0, 20]],
}


@pytest.fixture
def night(clinic, at):
    """A night with a result, as `courses.priors` would take it in."""

    def pass_(*, difference=0.01, later=0, n_scores=400, **threshold):
        numbers = {"n_patients": 60, "n_scores": 900, "n_sessions": 300, "realised_per_100": 4.8, **threshold}
        found = Candidate(
            prior=replace(SHIPPED_PRIOR, n_patients=60, n_courses=70, n_scores=1_000),
            beside=InUse.of(clinic),
            comparison=Comparison(n_scores, 60, difference, 0.02, 0.90, 0.90),
            threshold=replace(SHIPPED_THRESHOLD, is_provisional=numbers["n_patients"] < 30, **numbers),
            rates=RATES,
        )
        return take_in(clinic, found, at=at + timedelta(days=later))

    return pass_


@pytest.fixture
def words(signed_in, lead):
    """What the page says to a lead."""
    return lambda: " ".join(signed_in(lead).get(PAGE).content.decode().split())


class TestWords:
    def test_clinic_without_sessions_reads_which_figures_are_used(self, words):
        page = words()
        assert "There is no session to learn from yet." in page
        assert "provisional: under 30 patients" in page
        assert "Nothing yet. The curve is fitted at night." in page
        assert "<svg" not in page.split('id="months-head"')[1].split("</section>")[0]

    def test_first_sentence_says_the_rate_and_what_it_rests_on(self, night, words):
        night()
        page = words()
        assert "About 4,8 in 100 sessions raise a pain alert. Your budget is 5." in page
        assert "300 sessions of 60 patients, with 900 scores" in page
        assert "provisional" not in page

    def test_under_thirty_patients_is_provisional(self, night, words):
        night(n_patients=29)
        assert "provisional: under 30 patients" in words()

    def test_clamp_is_shown_with_the_true_rate(self, night, words):
        night(is_clamped=True, realised_per_100=11.3)
        assert "The threshold is at its limit. The true rate is 11,3 in 100 sessions, not 5." in words()

    def test_fixed_rules_over_the_budget_are_shown_with_their_rate(self, night, words):
        night(fixed_per_100=6.5, realised_per_100=7.5)
        page = words()
        assert "The budget of 5 cannot be met: at least 7,5 in 100 sessions raise an alert." in page
        assert "The fixed rules alone raise 6,5. They are always sent. The curve adds at least 1 in 100." in page

    def test_fixed_rules_and_the_curve_s_least_over_the_budget_are_shown(self, night, words):
        """Neither alone is over 5: together they are."""
        night(fixed_per_100=4.4, realised_per_100=5.4)
        assert "The budget of 5 cannot be met: at least 5,4 in 100 sessions raise an alert." in words()

    def test_budget_that_was_kept_is_not_said_to_be_out_of_reach(self, night, words):
        night(fixed_per_100=4.1, realised_per_100=4.9, spendable_per_100=15.4)
        page = words()
        assert "cannot be met" not in page
        assert "Between 4,9 and 15,4 alerts in 100 sessions are possible here." in page

    def test_budget_that_can_be_met_is_not_complained_of(self, night, words):
        night(fixed_per_100=4.0, spendable_per_100=9.0)
        assert "cannot be met" not in words()

    def test_what_a_budget_can_be_is_said_beside_the_form(self, night, words):
        night(fixed_per_100=2.0, spendable_per_100=9.5)
        card = words().split('id="budget-head"')[1].split("</section>")[0]
        assert "Between 3,0 and 9,5 alerts in 100 sessions are possible here." in card
        assert "Counted over 300 sessions." in card

    def test_what_cannot_be_spent_is_said(self, night, words):
        night(fixed_per_100=0.3, spendable_per_100=3.4)
        assert "At most 3,4 of the budget of 5 in 100 sessions can be used." in words()

    def test_few_scores_are_counted(self, night, words):
        night(n_scores=57)
        page = words()
        assert "57 of 200 scores" in page
        assert "Last night there were 57" in page

    def test_month_that_is_more_than_chance_is_emphasised(self, night, words):
        night()
        assert "<strong>20,0</strong>" in words()

    def test_labels_are_words_not_codes(self, night, words):
        night()
        page = words()
        assert "<td>axial" not in page
        assert "<td>day 1</td>" in page

    def test_events_are_shown_to_all_clinical_staff(self, night, signed_in, practitioner):
        night()
        page = signed_in(practitioner).get(PAGE).content.decode()
        assert "new Prior adopted" in page

    def test_nothing_of_another_clinic_is_shown(self, night, signed_in, stranger):
        night()
        page = signed_in(stranger).get(PAGE).content.decode()
        assert "new Prior adopted" not in page
        assert "no session to learn from" in page

    def test_queries_do_not_grow_with_nights(self, night, signed_in, lead, django_assert_max_num_queries):
        client = signed_in(lead)
        night()
        client.get(PAGE)
        with django_assert_max_num_queries(20) as first:
            client.get(PAGE)
        n_queries = len(first)
        for later in range(1, 5):
            night(later=later)
        # The numbers of the Prior in use are read once, at some point.
        client.get(PAGE)
        with django_assert_max_num_queries(n_queries):
            client.get(PAGE)


class TestBudget:
    @pytest.mark.parametrize("role", ["lead", "manager"])
    def test_is_tried_before_it_is_set(self, signed_in, request, role, course):
        log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=timezone.now())
        client = signed_in(request.getfixturevalue(role))
        page = client.post(BUDGET, {"budget": "8", "set": "1"}).content.decode()
        assert "A budget of 8 would have raised 0 alerts" in page
        assert "4 sessions (now: 0)." in page
        assert Clinic.objects.get(pk=course.clinic_id).alert_budget_per_100 == 5

    @pytest.mark.parametrize("role", ["lead", "manager"])
    def test_is_set_when_what_was_tried_is_confirmed(self, signed_in, request, role, clinic):
        member = request.getfixturevalue(role)
        response = signed_in(member).post(BUDGET, {"budget": "8", "tried": "8.0", "set": "1"})
        assert response.url == PAGE
        clinic.refresh_from_db()
        assert clinic.alert_budget_per_100 == 8
        assert PriorEvent.objects.get(kind="budget_changed").by == member

    def test_other_number_than_was_tried_is_tried_first(self, signed_in, manager, clinic):
        signed_in(manager).post(BUDGET, {"budget": "80", "tried": "8", "set": "1"})
        clinic.refresh_from_db()
        assert clinic.alert_budget_per_100 == 5

    @pytest.mark.parametrize("budget", ["-1", "101", "", "many", "1.55"])
    def test_nonsense_is_refused_with_a_reason(self, signed_in, manager, clinic, budget):
        response = signed_in(manager).post(BUDGET, {"budget": budget, "tried": budget, "set": "1"})
        assert response.status_code == 422
        assert "errorlist" in response.content.decode()

    def test_practitioner_sees_it_and_cannot_change_it(self, signed_in, practitioner):
        client = signed_in(practitioner)
        page = client.get(PAGE).content.decode()
        assert "A lead or a manager can change it." in page
        assert "<button" not in page.split('id="budget-head"')[1].split("</section>")[0]
        assert client.post(BUDGET, {"budget": "8"}).status_code == 403


class TestVersions:
    def test_lead_goes_back_to_an_earlier_one(self, night, signed_in, lead, clinic):
        first = night()[0]
        night(later=1)
        assert "Go back" in signed_in(lead).get(PAGE).content.decode()
        signed_in(lead).post(reverse("admin:courses_prior_use", args=[first.pk]))
        assert adopted_prior(clinic).version == "linden-1"

    def test_lead_goes_back_to_the_shipped_one(self, night, signed_in, lead, clinic):
        night()
        signed_in(lead).post(reverse("admin:courses_prior_use_shipped"))
        assert adopted_prior(clinic) is SHIPPED_PRIOR

    def test_candidate_that_was_refused_is_not_offered_and_not_taken(self, night, signed_in, lead, clinic):
        kept = night(difference=-1.0)[0]
        client = signed_in(lead)
        assert reverse("admin:courses_prior_use", args=[kept.pk]) not in client.get(PAGE).content.decode()
        page = client.post(reverse("admin:courses_prior_use", args=[kept.pk]), follow=True).content.decode()
        assert "was never in use" in page
        assert adopted_prior(clinic) is SHIPPED_PRIOR

    @pytest.mark.parametrize("role", ["practitioner", "manager"])
    def test_nobody_but_a_lead_goes_back(self, night, signed_in, request, role):
        first = night()[0]
        night(later=1)
        client = signed_in(request.getfixturevalue(role))
        assert "Go back" not in client.get(PAGE).content.decode()
        assert client.post(reverse("admin:courses_prior_use", args=[first.pk])).status_code == 403
        assert client.post(reverse("admin:courses_prior_use_shipped")).status_code == 403

    def test_looking_changes_nothing(self, night, signed_in, lead):
        first, second = night()[0], night(later=1)[0]
        signed_in(lead).get(reverse("admin:courses_prior_use", args=[first.pk]))
        signed_in(lead).get(reverse("admin:courses_prior_use_shipped"))
        assert list(Prior.objects.adopted()) == [second]

    def test_prior_of_another_clinic_does_not_exist(self, night, signed_in, lead, stranger, at):
        other = Prior.objects.create(
            clinic=stranger.clinic,
            version=1,
            numbers=SHIPPED_PRIOR.to_json(),
            n_patients=0,
            n_courses=0,
            n_scores=0,
            fitted_at=at,
        )
        assert signed_in(lead).post(reverse("admin:courses_prior_use", args=[other.pk])).status_code == 404


class TestApproval:
    def test_waiting_threshold_is_shown_to_all_and_approved_by_a_lead(self, night, signed_in, lead, practitioner):
        waiting = night(threshold=20.0, quarter_threshold=40.0)[1]
        seen = signed_in(practitioner).get(PAGE).content.decode()
        assert "Until a duty lead approves it" in seen
        assert "Use the new threshold" not in seen
        address = reverse("admin:courses_prior_approve", args=[waiting.pk])
        assert signed_in(practitioner).post(address).status_code == 403
        signed_in(lead).post(address)
        assert AlertThreshold.objects.in_use().get() == waiting

    def test_second_approval_says_so(self, night, signed_in, lead):
        address = reverse(
            "admin:courses_prior_approve", args=[night(threshold=20.0, quarter_threshold=40.0)[1].pk]
        )
        signed_in(lead).post(address)
        assert "no longer waits for approval" in signed_in(lead).post(address, follow=True).content.decode()

    def test_threshold_of_another_clinic_is_left_alone(self, signed_in, lead, stranger, at):
        other = AlertThreshold.objects.create(
            clinic=stranger.clinic,
            version=1,
            budget_per_100=5,
            numbers=asdict(SHIPPED_THRESHOLD),
            calibrated_at=at,
            needs_approval=True,
        )
        signed_in(lead).post(reverse("admin:courses_prior_approve", args=[other.pk]))
        other.refresh_from_db()
        assert not other.is_in_use
