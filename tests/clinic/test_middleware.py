"""The clinic that a request works in, and the switch between the user's clinics."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils import timezone

from clinic.middleware import SESSION_KEY, ActiveMembershipMiddleware, chosen_membership
from clinic.models import Membership, Role
from tests.factories import MembershipFactory, UserFactory, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(practitioner) -> Membership:
    """The practitioner is a manager elsewhere; by name that clinic comes after the first."""
    clinic = make_clinic("Mill", zone="America/New_York")
    return MembershipFactory(clinic=clinic, user=practitioner.user, role=Role.MANAGER)


def test_first_clinic_by_name_where_none_is_chosen(practitioner, second):
    assert chosen_membership(practitioner.user, None) == practitioner


def test_chosen_clinic(practitioner, second):
    assert chosen_membership(practitioner.user, str(second.uuid)) == second


@pytest.mark.parametrize("chosen", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_nonsense_falls_back_to_the_first(practitioner, second, chosen):
    assert chosen_membership(practitioner.user, chosen) == practitioner


def test_membership_of_somebody_else_is_not_taken(practitioner, lead):
    assert chosen_membership(practitioner.user, str(lead.uuid)) == practitioner


def test_left_clinic_is_not_taken(practitioner, second, at):
    Membership.objects.filter(pk=second.pk).update(deactivated_at=at)
    assert chosen_membership(practitioner.user, str(second.uuid)) == practitioner


def test_nobody_works_nowhere(db):
    assert chosen_membership(AnonymousUser(), None) is None
    assert chosen_membership(UserFactory(), None) is None


def test_closed_account_works_nowhere(practitioner):
    practitioner.user.is_active = False
    assert chosen_membership(practitioner.user, None) is None


def test_request_runs_in_the_clinics_time(practitioner, second, rf):
    request = rf.get("/")
    request.user, request.session = practitioner.user, {SESSION_KEY: str(second.uuid)}
    zones = []
    ActiveMembershipMiddleware(
        lambda _request: zones.append(timezone.get_current_timezone_name()) or HttpResponse()
    )(request)
    assert zones == ["America/New_York"]
    assert timezone.get_current_timezone_name() == "UTC"


def test_switch_stays_for_the_visit(signed_in, practitioner, second):
    client = signed_in(practitioner)
    response = client.post("/clinic/switch/", {"membership": str(second.uuid)})
    assert (response.status_code, response.url) == (302, "/")
    assert client.get("/dashboard/").context["membership"] == second


def test_switch_to_somebody_elses_clinic_finds_nothing(signed_in, practitioner, stranger):
    client = signed_in(practitioner)
    assert client.post("/clinic/switch/", {"membership": str(stranger.uuid)}).status_code == 404
    assert SESSION_KEY not in client.session


def test_switch_by_get_is_refused(signed_in, practitioner):
    assert signed_in(practitioner).get("/clinic/switch/").status_code == 405


def test_switcher_offers_the_other_clinics_alone(signed_in, practitioner, second):
    second.role = Role.MANAGER
    client = signed_in(practitioner)
    client.post("/clinic/switch/", {"membership": str(second.uuid)})
    assert client.get("/dashboard/").context["other_memberships"] == [practitioner]


def test_home_leads_to_the_workplace(signed_in, practitioner):
    assert signed_in(practitioner).get("/").url == "/admin/"
