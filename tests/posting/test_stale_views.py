"""Our own forms that change stored values: opened twice, what only one changed is kept."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.dry_runs.pain_rules import set_bounds, try_bounds
from courses.models import MeasureScore, Review, RuleSettings
from tests.posting.forms import StaffForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    def of(member) -> Client:
        client = Client()
        client.force_login(member.user, backend="clinic.account.sign_in.MembershipBackend")
        return client

    return of


def opened(client, url, target=""):
    """A page's form as in a browser."""
    soup = BeautifulSoup(client.get(url, follow=True).content, "html.parser")
    for tag in soup.select("#content form[method=post]"):
        if tag.select_one("input[name=opened]") and (not target or tag.get("action") == target):
            values = StaffForm("", url, url, "", tag, soup).values
            return {name: one[0] if len(one) == 1 else one for name, one in values.items() if name != "sent_key"}
    raise AssertionError("no form that says when it was opened")


def text(response) -> str:
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


class TestFileCorrection:
    @pytest.fixture
    def url(self, patient):
        return reverse(
            "admin:patients_patient_correct", args=[patient.pk, "assessment", patient.assessments.get().pk]
        )

    def test_different_fields_both_survive(self, browser, url, patient, practitioner, lead):
        stale = opened(browser(lead), url)
        first = opened(browser(practitioner), url)
        assert browser(practitioner).post(url, {**first, "licence": "L-9", "reason": "misread"}).status_code == 302
        assert browser(lead).post(url, {**stale, "diagnosed_by": "Dr. Fir", "reason": "typo"}).status_code == 302
        row = patient.assessments.get()
        assert (row.licence, row.diagnosed_by) == ("L-9", "Dr. Fir")

    def test_the_same_field_is_refused_with_both_values(self, browser, url, patient, practitioner, lead):
        stale = opened(browser(lead), url)
        first = opened(browser(practitioner), url)
        browser(practitioner).post(url, {**first, "licence": "L-9", "reason": "misread"})
        response = browser(lead).post(url, {**stale, "licence": "L-7", "reason": "typo"})
        assert response.status_code == 409
        assert f"{practitioner} changed Licence to “L-9”" in text(response)
        assert "You entered “L-7”" in text(response)
        assert patient.assessments.get().licence == "L-9"


class TestPersonStep:
    def test_email_of_one_and_phone_of_the_other(self, browser, patient, practitioner, lead):
        url = reverse("admin:patients_patient_intake_step", args=[patient.pk, "person"])
        stale = opened(browser(lead), url)
        first = opened(browser(practitioner), url)
        browser(practitioner).post(url, {**first, "phone": "+49 30 9999999", "go": "next"})
        assert browser(lead).post(url, {**stale, "email": "new@example.org", "go": "next"}).status_code == 302
        patient.refresh_from_db()
        assert (patient.phone, patient.email) == ("+49 30 9999999", "new@example.org")

    def test_phone_of_both(self, browser, patient, practitioner, lead):
        url = reverse("admin:patients_patient_intake_step", args=[patient.pk, "person"])
        stale = opened(browser(lead), url)
        first = opened(browser(practitioner), url)
        browser(practitioner).post(url, {**first, "phone": "+49 30 9999999", "go": "next"})
        response = browser(lead).post(url, {**stale, "phone": "+49 30 1111111", "go": "next"})
        assert response.status_code == 422
        assert "while this page was open" in text(response)
        assert practitioner.user.get_full_name() in text(response)
        patient.refresh_from_db()
        assert patient.phone == "+49 30 9999999"


def test_rules_that_a_colleague_set_are_not_undone(browser, lead, clinic, at):
    page, url = reverse("admin:courses_rulesettings_changelist"), reverse("admin:courses_rulesettings_bounds")
    client, stale = browser(lead), None
    stale = opened(client, page)
    set_bounds(clinic, try_bounds(clinic, {"patience": 2.0}, at=at), reason="less", by=lead, at=timezone.now())
    changed = {**stale, "high_score": "7", "reason": "more", "set": "1"}
    assert client.post(url, changed).status_code == 302
    newest = RuleSettings.objects.order_by("-version").first().numbers
    assert (newest["patience"], newest["high_score"]) == (2.0, 7)
    both = client.post(url, {**stale, "patience": "3", "reason": "more", "set": "1"})
    assert both.status_code == 422
    assert f"{lead} changed" in text(both)
    assert RuleSettings.objects.count() == 2


def test_budget_that_a_colleague_set_is_not_undone(browser, lead, manager, clinic):
    page, url = reverse("admin:courses_prior_changelist"), reverse("admin:courses_prior_budget")
    stale = opened(browser(manager), page)
    clinic.alert_budget_per_100 = 9
    clinic.save()
    response = browser(manager).post(url, {**stale, "budget": "4", "tried": "4", "set": "1"})
    assert response.status_code == 422
    assert "while this page was open" in text(response)
    clinic.refresh_from_db()
    assert clinic.alert_budget_per_100 == 9


def test_measures_of_a_colleague_are_shown_before_they_are_replaced(browser, course, practitioner, lead):
    url = reverse("admin:courses_course_measures", args=[course.pk]) + "?stage=start"
    stale = opened(browser(lead), url)
    first = opened(browser(practitioner), url)
    assert browser(practitioner).post(url, {**first, "peg_one": "6"}).status_code == 302
    response = browser(lead).post(url, {**stale, "peg_one": "3"})
    assert response.status_code == 422
    assert f"{practitioner} entered" in text(response)
    again = BeautifulSoup(response.content, "html.parser").select_one("input[name=opened]")["value"]
    assert browser(lead).post(url, {**stale, "peg_one": "3", "opened": again}).status_code == 302
    assert MeasureScore.objects.count() == 2


def test_review_of_a_colleague_is_shown_before_another_is_held(browser, course, practitioner, lead):
    url = reverse("admin:courses_course_review", args=[course.pk])
    stale = opened(browser(lead), url)
    first = opened(browser(practitioner), url)
    assert browser(practitioner).post(url, {**first, "decision": "continue"}).status_code == 302
    response = browser(lead).post(url, {**stale, "decision": "change", "reason": "slow"})
    assert response.status_code == 422
    assert f"{practitioner} saved a review" in text(response)
    assert Review.objects.count() == 1


def test_measures_and_review_of_one_form_with_other_content_are_refused(browser, course, practitioner):
    """Without the page's own key too: the form's key is enough."""
    client = browser(practitioner)
    for name, typed, other in (
        ("measures", {"peg_one": "6"}, {"peg_one": "2"}),
        ("review", {"decision": "continue"}, {"decision": "change", "reason": "slow"}),
    ):
        url, key = reverse(f"admin:courses_course_{name}", args=[course.pk]) + "?stage=start", uuid.uuid4()
        assert client.post(url, {**typed, "form_key": key}).status_code == 302
        assert client.post(url, {**typed, "form_key": key}).status_code == 302
        response = client.post(url, {**typed, **other, "form_key": key})
        assert response.status_code == 422
        assert "This form was saved before" in text(response)
    assert (MeasureScore.objects.count(), Review.objects.count()) == (1, 1)
