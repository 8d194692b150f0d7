"""Whoever asks for a new password gets a mail that leads on, whether they work here already or are invited."""

from __future__ import annotations

import pytest

from clinic.models import Membership, Message, User
from clinic.outbox.deliver import deliver_due
from clinic.people.leaving import deactivate_member
from tests.factories import MembershipFactory, UserFactory, make_clinic

pytestmark = pytest.mark.django_db

ADDRESS = "rowan@example.org"


@pytest.fixture
def rowan() -> User:
    user = UserFactory(username="rowan", email=ADDRESS)
    user.set_password("Wood pigeon 7")
    user.save()
    return user


@pytest.fixture
def asked(client, smtp):
    """The mails that go out once somebody asks."""

    def ask() -> list[str]:
        assert client.post("/accounts/password/reset/", {"email": ADDRESS}).status_code == 302
        due = Message.objects.order_by("-due_at").values_list("due_at", flat=True)[:1]
        if due:
            deliver_due(clock=lambda: due[0])
        return [mail.get_body(("plain",)).get_content() for mail in smtp.mails]

    return ask


def pending(user: User) -> Membership:
    return MembershipFactory(clinic=make_clinic("Mill"), user=user, role="lead", is_pending=True)


def test_member_gets_a_link(asked, rowan, clinic):
    MembershipFactory(clinic=clinic, user=rowan)
    (text,) = asked()
    assert "/password/reset/key/" in text
    assert "invited" not in text


@pytest.mark.parametrize("works_elsewhere", [True, False])
def test_invited_person_gets_a_link_and_reads_of_the_invitation(asked, rowan, clinic, works_elsewhere):
    pending(rowan)
    if works_elsewhere:
        MembershipFactory(clinic=clinic, user=rowan)
    (text,) = asked()
    assert "/password/reset/key/" in text
    assert "You also have an invitation to work at Mill as: duty lead" in text


def test_invited_person_without_a_password_gets_the_invitation_again(asked, rowan):
    rowan.set_unusable_password()
    rowan.save()
    pending(rowan)
    (text,) = asked()
    assert "/password/reset/key/" in text
    assert "You are invited to work at Mill as: duty lead" in text
    assert Message.objects.get().kind == "staff_invitation"


@pytest.mark.parametrize("was_invited", [True, False])
def test_former_staff_get_none(asked, rowan, manager, at, was_invited):
    member = MembershipFactory(clinic=manager.clinic, user=rowan, is_pending=was_invited)
    deactivate_member(member, at=at)
    assert asked() == []
