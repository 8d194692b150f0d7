"""A member's access ends and is given back: by one click of two, from a page that is up to date, in true words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Duty, MemberEvent, Membership, Message, Role, User
from clinic.people.leaving import AlreadyDone, LastLead, deactivate_member, reactivate_member, version_of
from clinic.people.staff import answer_invitation, change_member, invite_member
from tests.factories import MembershipFactory, UserFactory, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed_in, manager) -> Client:
    return signed_in(manager)


def url(member: Membership, name: str) -> str:
    return reverse(f"admin:clinic_membership_{name}", args=[member.pk])


def page(client: Client, member: Membership) -> BeautifulSoup:
    return BeautifulSoup(client.get(url(member, "change")).content, "html.parser")


def button(client: Client, member: Membership, name: str) -> dict[str, str]:
    """What the button of a page that is open now sends."""
    form = page(client, member).find("form", action=url(member, name))
    assert form is not None, name
    return {one["name"]: one["value"] for one in form.select("input[type=hidden]")}


def said(client: Client, member: Membership, name: str, sent: dict[str, str]) -> str:
    response = client.post(url(member, name), sent, follow=True)
    return " ".join(str(one) for one in response.context["messages"])


def kinds(member: Membership) -> list[str]:
    return list(MemberEvent.objects.filter(member=member).order_by("pk").values_list("kind", flat=True))


def now(member: Membership) -> Membership:
    return Membership.objects.get(pk=member.pk)


def test_there_and_back(client, practitioner):
    assert "no access to this clinic" in said(
        client, practitioner, "deactivate", button(client, practitioner, "deactivate")
    )
    assert not now(practitioner).is_active
    words = said(client, practitioner, "reactivate", button(client, practitioner, "reactivate"))
    assert "works here again as practitioner" in words
    assert kinds(practitioner) == ["deactivated", "reactivated"]


@pytest.mark.parametrize("name", ["deactivate", "reactivate"])
def test_second_send_changes_nothing_and_says_so(client, practitioner, at, name):
    if name == "reactivate":
        deactivate_member(practitioner, at=at)
    sent, other_tab = button(client, practitioner, name), button(client, practitioner, name)
    said(client, practitioner, name, sent)
    before, ended = kinds(practitioner), now(practitioner).deactivated_at
    assert "not saved again" in said(client, practitioner, name, sent)
    assert "Nothing was changed" in said(client, practitioner, name, other_tab)
    assert (kinds(practitioner), now(practitioner).deactivated_at) == (before, ended)


def test_reactivating_from_an_old_page_restores_nothing_that_was_withdrawn_meanwhile(
    client, practitioner, manager, at
):
    deactivate_member(practitioner, by=manager, at=at)
    old = button(client, practitioner, "reactivate")
    reactivate_member(practitioner, by=manager, at=at)
    deactivate_member(practitioner, by=manager, at=at + timedelta(hours=1))
    assert "were changed while this page was open" in said(client, practitioner, "reactivate", old)
    assert not now(practitioner).is_active


def test_roles_that_were_withdrawn_meanwhile_stay_so(client, manager, clinic, at):
    lead = MembershipFactory(clinic=clinic, role=Role.FRONT_DESK, more_roles=[Role.LEAD])
    deactivate_member(lead, at=at)
    old = button(client, lead, "reactivate")
    lead.more_roles = []
    change_member(lead, by=manager, at=at)
    assert "were changed while this page was open" in said(client, lead, "reactivate", old)
    assert "works here again as front desk" in said(client, lead, "reactivate", button(client, lead, "reactivate"))
    assert now(lead).roles == {"front_desk"}


def test_old_page_does_not_deactivate_whoever_was_let_in_again(client, practitioner, manager, at):
    old = button(client, practitioner, "deactivate")
    deactivate_member(practitioner, by=manager, at=at)
    reactivate_member(practitioner, by=manager, at=at)
    assert "were changed while this page was open" in said(client, practitioner, "deactivate", old)
    assert now(practitioner).is_active


@pytest.mark.parametrize("sent", [{}, {"member_version": ""}, {"member_version": "x"}])
@pytest.mark.parametrize("name", ["deactivate", "reactivate"])
def test_page_that_does_not_say_what_it_showed_changes_nothing(client, practitioner, at, name, sent):
    if name == "reactivate":
        deactivate_member(practitioner, at=at)
    before = now(practitioner).deactivated_at
    said(client, practitioner, name, sent)
    assert now(practitioner).deactivated_at == before


def test_nobody_deactivates_themselves(client, manager, clinic):
    MembershipFactory(clinic=clinic, role=Role.MANAGER)
    assert page(client, manager).find("form", action=url(manager, "deactivate")) is None
    words = said(client, manager, "deactivate", {"member_version": version_of(manager)})
    assert "You cannot deactivate yourself" in words
    assert now(manager).is_active


def test_last_lead_is_asked_about_under_the_lock(lead, clinic, at):
    other = MembershipFactory(clinic=clinic, role=Role.LEAD)
    deactivate_member(other, at=at, is_lead_needed=True)
    with pytest.raises(LastLead):
        deactivate_member(lead, at=at, is_lead_needed=True)
    assert now(lead).is_active


def test_ended_session_changes_nothing_and_shows_the_button_again(client, practitioner, manager, at):
    sent = button(client, practitioner, "deactivate")
    client.logout()
    assert client.post(url(practitioner, "deactivate"), sent).status_code == 401
    assert now(practitioner).is_active
    deactivate_member(practitioner, by=manager, at=at)
    reactivate_member(practitioner, by=manager, at=at)
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(manager.user, backend="clinic.account.sign_in.MembershipBackend")
    sent.pop("csrfmiddlewaretoken", None)
    again = checked.post(url(practitioner, "deactivate"), sent)
    assert again.status_code == 422
    form = BeautifulSoup(again.content, "html.parser").find("form", action=url(practitioner, "deactivate"))
    assert form.select_one("input[name=member_version]")["value"] == version_of(now(practitioner))
    assert now(practitioner).is_active


def test_whoever_never_accepted_is_invited_again(client, clinic, at):
    user = UserFactory(username="rowan", email="rowan@example.org")
    MembershipFactory(clinic=make_clinic("Mill"), user=user)
    values = {"first_name": "R", "last_name": "R", "role": Role.LEAD, "at": at}
    member = invite_member(clinic=clinic, username=user.username, email=user.email, **values)
    answer_invitation(member, is_accepted=False, at=at)
    n_before = Message.objects.filter(kind="staff_invitation").count()
    words = said(client, member, "reactivate", button(client, member, "reactivate"))
    assert "is invited again as duty lead and has no access before accepting" in words
    assert not now(member).is_active
    assert Message.objects.filter(kind="staff_invitation").count() == n_before + 1


def test_closed_account_is_not_said_to_work_again(client, practitioner, at):
    deactivate_member(practitioner, at=at)
    sent = button(client, practitioner, "reactivate")
    User.objects.filter(pk=practitioner.user_id).update(is_active=False)
    assert "is closed" in said(client, practitioner, "reactivate", sent)
    assert now(practitioner).deactivated_at is not None


def test_rota_is_mentioned_to_whoever_has_to_fill_it(client, practitioner, front_desk):
    at = timezone.now()
    Duty.objects.create(clinic=practitioner.clinic, member=practitioner, starts_at=at, ends_at=at + timedelta(1))
    words = said(client, practitioner, "deactivate", button(client, practitioner, "deactivate"))
    assert "for 1 duty" in words
    words = said(client, front_desk, "deactivate", button(client, front_desk, "deactivate"))
    assert "rota" not in words
    assert "acknowledged" not in words


@pytest.mark.parametrize("is_gone", [True, False])
def test_invitation_is_not_sent_where_nothing_is_left_to_accept(client, practitioner, at, is_gone):
    User.objects.filter(pk=practitioner.user_id).update(password="a hash of one")
    if is_gone:
        deactivate_member(practitioner, at=at)
    assert page(client, practitioner).find("form", action=url(practitioner, "invite")) is None
    words = said(client, practitioner, "invite", {})
    assert ("is deactivated" if is_gone else "already accepted") in words
    assert not Message.objects.filter(kind="staff_invitation").exists()


def test_second_end_keeps_when_it_ended(practitioner, at):
    deactivate_member(practitioner, at=at)
    with pytest.raises(AlreadyDone):
        deactivate_member(practitioner, at=at + timedelta(1))
    assert now(practitioner).deactivated_at == at


def test_last_manager_is_refused_before_anything_is_kept(manager, at):
    with pytest.raises(ValidationError):
        deactivate_member(manager, at=at)
    assert kinds(manager) == []
