"""A lead overrides a clearance for one session."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Role
from courses.models import Alert, ClearanceOverride
from courses.plans.course_state import clearance_for
from courses.plans.overriding import give_override
from patients.intake import record_consent, record_pain_type, record_screening
from patients.models import Consent, PatientPainType, ScreeningItem
from tests.factories import MembershipFactory, flag, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def contraindicated(course, practitioner, at):
    """The course of a patient with a contraindication that a lead may override."""
    item = ScreeningItem.objects.for_clinic(course.clinic).get(code="spinal_instability")
    record_screening(patient=course.patient, findings={item: ""}, by=practitioner, at=at)
    return course


@pytest.fixture
def override(lead, at):
    def give(course, **values):
        about = {"reason": "seen with the surgeon", "valid_on": at.date(), "by": lead, "at": at, **values}
        return give_override(course, **about)

    return give


def test_lets_one_session_be_needled_and_no_more(contraindicated, override, practitioner, lead, at):
    given = override(contraindicated)
    found = clearance_for(contraindicated, on=at.date(), practitioner=practitioner)
    assert (found.may_needle, [one.code for one in found.set_aside]) == (True, ["contraindicated"])
    session = log_visit(contraindicated, at).session
    given.refresh_from_db()
    assert (given.session, session.uncleared_reason) == (session, "")
    assert session.clearance["set_aside"] == ["contraindicated"]
    assert not clearance_for(contraindicated, on=at.date(), practitioner=practitioner).may_needle


def test_holds_on_its_day_alone(contraindicated, override, practitioner, at):
    override(contraindicated, valid_on=at.date() + timedelta(days=2))
    assert not clearance_for(contraindicated, on=at.date(), practitioner=practitioner).may_needle
    assert clearance_for(contraindicated, on=at.date() + timedelta(days=2), practitioner=practitioner).may_needle


def test_visit_without_needling_does_not_spend_it(contraindicated, override, at):
    given = override(contraindicated)
    log_visit(contraindicated, at, is_needled=False)
    given.refresh_from_db()
    assert given.session is None


def test_what_comes_after_it_still_blocks(contraindicated, override, practitioner, at):
    override(contraindicated)
    log_visit(contraindicated, at, is_needled=False, flags=(flag(contraindicated.clinic, "skin_infect"),))
    contraindicated.refresh_from_db()
    found = clearance_for(contraindicated, on=at.date(), practitioner=practitioner)
    assert {one.code for one in found.reasons} == {"open_red_flag", "on_hold"}


def test_nobody_needles_on_their_own_word(contraindicated, override, lead, at):
    override(contraindicated)
    assert not clearance_for(contraindicated, on=at.date(), practitioner=lead).may_needle


@pytest.mark.parametrize(
    ("role", "licence", "expires_on"),
    [
        (Role.PRACTITIONER, "L-2", None),
        (Role.MANAGER, "L-2", None),
        (Role.LEAD, "", None),
        (Role.LEAD, "L-2", date(2026, 3, 10)),
    ],
)
def test_only_a_licensed_lead_gives_it(contraindicated, override, clinic, role, licence, expires_on):
    other = MembershipFactory(clinic=clinic, role=role, licence_number=licence, licence_expires_on=expires_on)
    with pytest.raises(ValidationError, match="Only a lead"):
        override(contraindicated, by=other)


def test_lead_who_treats_cannot_give_it(contraindicated, override, lead):
    contraindicated.practitioner = lead
    contraindicated.save()
    with pytest.raises(ValidationError, match="Only a lead"):
        override(contraindicated)


def no_consent(course, by, at):
    record_consent(
        patient=course.patient,
        stream=Consent.Stream.TREATMENT,
        is_given=False,
        how=Consent.How.SPOKEN,
        by=by,
        at=at,
        shown_text=None,
    )


def cord_type(course, by, at):
    record_pain_type(
        patient=course.patient,
        code="myelopathy",
        status=PatientPainType.Status.WORKING,
        starts_on=at.date(),
        by=by,
        at=at,
    )


def red_flag(course, by, at):
    log_visit(course, at, is_needled=False, flags=(flag(course.clinic, "skin_infect"),))
    course.refresh_from_db()


def on_hold(course, by, at):
    course.status, course.hold_reason = "on_hold", "rest"
    course.save()


@pytest.mark.parametrize("obstacle", [no_consent, cord_type, red_flag, on_hold])
def test_never_overridable(contraindicated, override, practitioner, at, obstacle):
    obstacle(contraindicated, practitioner, at)
    with pytest.raises(ValidationError, match="Nobody may override this"):
        override(contraindicated)
    assert not ClearanceOverride.objects.exists()


def test_never_without_a_diagnosis(contraindicated, override, monkeypatch, at):
    contraindicated.patient.assessments.update(diagnosed_on=at.date() + timedelta(days=30))
    with pytest.raises(ValidationError, match="No diagnosis"):
        override(contraindicated)


def test_needs_a_reason_and_something_to_set_aside(course, contraindicated, override):
    with pytest.raises(ValidationError, match="Enter why"):
        override(contraindicated, reason=" ")


def test_nothing_in_the_way_needs_none(course, override):
    with pytest.raises(ValidationError, match="Nothing blocks needling"):
        override(course)


@pytest.mark.parametrize("days", [-1, 15])
def test_speaks_of_a_near_day(contraindicated, override, at, days):
    with pytest.raises(ValidationError, match="Choose today"):
        override(contraindicated, valid_on=at.date() + timedelta(days=days))


@pytest.mark.parametrize("days", [0, 14])
def test_first_and_last_day_that_may_be_named(contraindicated, override, at, days):
    day = at.date() + timedelta(days=days)
    assert override(contraindicated, valid_on=day).valid_on == day


def test_licence_holds_on_its_last_day(contraindicated, override, clinic, at):
    by = MembershipFactory(clinic=clinic, role=Role.LEAD, licence_number="L-2", licence_expires_on=at.date())
    assert override(contraindicated, by=by).given_by == by


def test_needling_under_it_alerts_no_lead(contraindicated, override, at):
    override(contraindicated)
    log_visit(contraindicated, at)
    assert not Alert.objects.filter(rule="uncleared").exists()
