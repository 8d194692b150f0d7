"""Forms of the foundation."""

from __future__ import annotations

import pytest

from clinic.forms import ClinicForm
from clinic.people.member_forms import InvitationForm, MemberForm
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PERSON = {
    "first_name": "Rowan",
    "last_name": "Rook",
    "username": "rowan",
    "email": "rowan@example.org",
    "role": "practitioner",
}


@pytest.fixture
def values(clinic) -> dict[str, object]:
    """The clinic's current settings."""
    return {name: getattr(clinic, name) for name in ClinicForm.Meta.fields}


def test_settings_as_they_are_are_valid(clinic, values):
    form = ClinicForm(values, instance=clinic)
    assert form.is_valid(), form.errors
    assert form.save().escalation_chain == ["practitioner", "duty_lead", "manager", "all_managers"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("escalation_chain", []),
        ("escalation_chain", ["cat"]),
        ("reply_to", "nowhere"),
        ("emergency_number", ""),
    ],
)
def test_nonsense_is_named(clinic, values, name, value):
    assert set(ClinicForm({**values, name: value}, instance=clinic).errors) == {name}


def test_invitation_is_what_the_invitation_takes(clinic):
    form = InvitationForm(PERSON)
    assert form.is_valid(), form.errors
    assert {name: form.invitation()[name] for name in PERSON} == PERSON


def test_username_of_somebody_else_is_refused(db):
    UserFactory(username="rowan", email="other@example.org")
    assert set(InvitationForm(PERSON).errors) == {"username"}


def test_username_of_the_same_person_is_taken(db):
    UserFactory(username="rowan", email="Rowan@Example.org")
    assert InvitationForm(PERSON).is_valid()


def test_nobody_is_their_own_supervisor(practitioner):
    form = MemberForm({**PERSON, "supervisor": practitioner.pk}, instance=practitioner)
    assert set(form.errors) == {"supervisor"}
