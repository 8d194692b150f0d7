"""Staff come and go."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError

from clinic.models import Membership, Message, Role, User
from clinic.outbox.transports.base import TransportError
from clinic.people.account_mails import invitation_mail
from clinic.people.leaving import deactivate_member, reactivate_member
from clinic.people.staff import answer_invitation, invite_member
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invite(clinic, at):
    """Invite somebody to the clinic."""

    def make(**values):
        person = {"username": "rowan", "email": "rowan@example.org", "first_name": "Rowan", "last_name": "Rook"}
        return invite_member(**{"clinic": clinic, "role": Role.PRACTITIONER, "at": at, **person, **values})

    return make


def test_invited_person_is_a_member_without_a_password(invite, clinic):
    member = invite()
    assert (member.clinic, member.role, member.is_active) == (clinic, "practitioner", True)
    assert not member.user.has_usable_password()


def test_invitation_is_queued_for_the_member(invite, at):
    member = invite()
    message = Message.objects.get()
    assert (message.kind, message.recipient, message.due_at) == (
        "staff_invitation",
        f"membership:{member.pk}",
        at,
    )


def test_invitation_lets_choose_a_password(invite, client):
    invite()
    mail = invitation_mail.render(Message.objects.get())
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.text)
    assert link is not None
    form = client.get(link[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "Wood pigeon 7", "password2": "Wood pigeon 7"})
    assert User.objects.get(username="rowan").check_password("Wood pigeon 7")


def test_somebody_with_a_password_is_sent_to_sign_in(invite):
    user = User.objects.create_user("rowan", "rowan@example.org", "Wood pigeon 7")
    mail = invitation_mail.render(_message_of(invite()))
    assert "/accounts/login/" in mail.text
    assert "reset" not in mail.text
    assert mail.to == user.email


def test_same_person_works_in_two_clinics_once_accepted(invite, stranger, at):
    first = invite()
    second = invite(clinic=stranger.clinic, email="ROWAN@example.org", role=Role.LEAD)
    assert first.user == second.user
    assert list(Membership.objects.of_user(first.user)) == [first]
    answer_invitation(second, is_accepted=True, at=at)
    assert list(Membership.objects.of_user(first.user)) == [second, first]


def test_form_says_what_the_username_is_for(signed_in, manager):
    page = signed_in(manager).get("/admin/clinic/membership/add/").content.decode()
    assert "People sign in with it or with their email address." in page


def test_username_of_somebody_else_is_refused_by_name_of_field(invite):
    invite()
    with pytest.raises(ValidationError) as caught:
        invite(email="other@example.org")
    assert "username" in caught.value.message_dict


def test_second_membership_in_a_clinic_is_refused_and_mails_nobody(invite):
    invite()
    with pytest.raises(ValidationError, match="already a member"):
        invite(role=Role.LEAD)
    assert Message.objects.count() == 1


@pytest.mark.parametrize("values", [{"email": "nowhere"}, {"username": "two words"}, {"role": "owner"}])
def test_nonsense_leaves_nothing_behind(invite, values):
    with pytest.raises(ValidationError):
        invite(**values)
    assert not User.objects.filter(email__in=["rowan@example.org", "nowhere"]).exists()
    assert not Message.objects.exists()


def test_deactivated_member_no_longer_works_here(practitioner, manager, at):
    deactivate_member(practitioner, at=at)
    assert not Membership.objects.get(pk=practitioner.pk).is_active
    reactivate_member(practitioner, at=at)
    assert Membership.objects.get(pk=practitioner.pk).is_active


def test_last_manager_stays(manager, at):
    with pytest.raises(ValidationError, match="last manager"):
        deactivate_member(manager, at=at)
    assert Membership.objects.active().with_role(Role.MANAGER).count() == 1


def test_one_of_two_managers_may_go(manager, clinic, at):
    MembershipFactory(clinic=clinic, role=Role.MANAGER)
    deactivate_member(manager, at=at)
    assert Membership.objects.active().with_role(Role.MANAGER).count() == 1


def test_manager_of_another_clinic_is_no_substitute(manager, stranger, at):
    MembershipFactory(clinic=stranger.clinic, role=Role.MANAGER)
    with pytest.raises(ValidationError):
        deactivate_member(manager, at=at)


def test_last_manager_cannot_give_up_the_role(manager, signed_in):
    client = signed_in(manager)
    client.post(f"/admin/clinic/membership/{manager.pk}/change/", {"role": "front_desk", "licence_number": ""})
    assert Membership.objects.active().with_role(Role.MANAGER).exists()


def test_invitation_of_somebody_who_left_is_not_sent(invite, manager, at):
    member = invite()
    message = _message_of(member)
    assert invitation_mail.still_due(message, at=at)
    deactivate_member(member, at=at)
    assert not invitation_mail.still_due(message, at=at + timedelta(minutes=1))


def test_member_without_an_address_cannot_be_reached(invite):
    member = invite()
    User.objects.filter(pk=member.user_id).update(email="")
    with pytest.raises(TransportError) as failure:
        invitation_mail.render(_message_of(member))
    assert failure.value.permanent


@pytest.mark.django_db(transaction=True)
def test_two_managers_cannot_close_the_door_on_each_other(manager, clinic, at, at_once):
    other = MembershipFactory(clinic=clinic, role=Role.MANAGER)
    outcomes = at_once(*[partial(deactivate_member, member, at=at) for member in (manager, other)])
    assert {type(outcome) for outcome in outcomes} <= {type(None), ValidationError, OperationalError}
    assert Membership.objects.active().with_role(Role.MANAGER).exists()


def _message_of(member):
    return Message.objects.get(subject_id=member.pk, kind="staff_invitation")
