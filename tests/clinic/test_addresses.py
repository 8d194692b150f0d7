"""A member's email address, corrected by a manager; never a way into somebody else's account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from clinic.models import AddressChange, Membership, Message, Role, User
from clinic.outbox.deliver import deliver_due
from clinic.people.account_mails import password_url
from clinic.people.address_change import correct_address
from clinic.people.staff import invite_member, send_password_link
from tests.factories import MembershipFactory, make_clinic

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
NEW = "rowan.rook@example.org"


@pytest.fixture
def invited(clinic, at) -> Membership:
    """Somebody invited to a mistyped address, who never signed in."""
    person = {"username": "rowan", "email": "rwoan@example.org", "first_name": "Rowan", "last_name": "Rook"}
    return invite_member(clinic=clinic, role=Role.PRACTITIONER, at=at, **person)


@pytest.fixture
def correct(manager, at):
    """What a manager does."""

    def make(member, email=NEW, *, reason="Told me in person.", by=manager, at=at + MINUTE):
        change = correct_address(member, email=email, reason=reason, by=by, at=at)
        member.refresh_from_db()
        member.user.refresh_from_db()
        return change

    return make


def used(member: Membership, at) -> Membership:
    """A member whose account has been used."""
    member.user.set_password("Wood pigeon 7")
    member.user.last_login = at
    member.user.save()
    return member


def recipients(smtp) -> list[str]:
    return sorted(str(mail["To"]) for mail in smtp.mails)


class TestUnusedAccount:
    def test_is_invited_again_only_at_the_new_address(self, invited, correct, smtp, at):
        correct(invited)
        deliver_due(clock=lambda: at + MINUTE)
        invitations = [mail for mail in smtp.mails if "invited" in str(mail["Subject"])]
        assert [str(mail["To"]) for mail in invitations] == [NEW]

    def test_link_of_the_new_invitation_opens_it_and_the_old_one_nothing(self, invited, correct, client, at):
        old = password_url(invited.user)
        correct(invited)
        new = password_url(User.objects.get(username="rowan"))
        assert [self._is_open(client, url) for url in (old, new)] == [False, True]

    def _is_open(self, client, url) -> bool:
        page = client.get(re.sub("^http://[^/]+", "", url), follow=True)
        return b"This link no longer works" not in page.content

    def test_of_two_clinics_stays_as_it_was_and_no_link_goes_to_the_new_address(self, invited, correct, smtp, at):
        """Otherwise the manager of one clinic could open an account that reads another's patients."""
        MembershipFactory(clinic=make_clinic("Harbour"), user=invited.user)
        change = correct(invited)
        send_password_link(invited, at=at + MINUTE)
        deliver_due(clock=lambda: at + MINUTE)
        assert (change.is_account, invited.user.email, invited.address) == (False, "rwoan@example.org", NEW)
        assert set(recipients(smtp)) == {"rwoan@example.org"}


class TestUsedAccount:
    def test_keeps_its_own_address_and_password(self, invited, correct, at):
        change = correct(used(invited, at))
        assert (change.is_account, invited.user.email, invited.address) == (False, "rwoan@example.org", NEW)
        assert invited.user.check_password("Wood pigeon 7")
        assert Message.objects.filter(kind="staff_invitation").count() == 1

    def test_with_a_password_alone_is_used_too(self, invited, correct):
        invited.user.set_password("Wood pigeon 7")
        invited.user.save()
        assert not correct(invited).is_account

    def test_password_links_go_to_the_account(self, invited, correct, smtp, at):
        correct(used(invited, at))
        Message.objects.update(state="sent", settled_at=at)
        send_password_link(invited, at=at + MINUTE)
        deliver_due(clock=lambda: at + MINUTE)
        assert recipients(smtp) == ["rwoan@example.org"]

    def test_another_clinics_mail_goes_where_it_went(self, invited, correct, at):
        elsewhere = MembershipFactory(clinic=make_clinic("Harbour"), user=used(invited, at).user)
        correct(invited)
        assert Membership.objects.get(pk=elsewhere.pk).address == "rwoan@example.org"

    def test_its_password_mail_says_nothing_of_the_alert_address(self, invited, correct, smtp, at):
        correct(used(invited, at))
        Message.objects.update(state="sent", settled_at=at)
        smtp.answer = "550 no"
        send_password_link(invited, at=at + MINUTE)
        deliver_due(clock=lambda: at + 3 * MINUTE)
        invited.refresh_from_db()
        assert invited.email_failed_at is None


def test_mark_of_a_refused_address_goes(invited, correct, at):
    Membership.objects.filter(pk=invited.pk).update(email_failed_at=at)
    correct(invited)
    assert invited.email_failed_at is None


def test_refusal_that_was_on_its_way_marks_nothing(invited, correct, smtp, at):
    """A mail to the old address bounces while the new one is typed."""
    correct(used(invited, at), at=at)
    send_password_link(invited, at=at)
    Membership.objects.filter(pk=invited.pk).update(own_email="")
    smtp.answer = "550 no"
    deliver_due(clock=lambda: at + timedelta(seconds=5))
    invited.refresh_from_db()
    assert invited.email_failed_at is None


def test_old_address_is_informed_without_a_name(invited, correct, smtp, at):
    correct(invited)
    deliver_due(clock=lambda: at + MINUTE)
    [told] = [mail for mail in smtp.mails if mail["To"] == "rwoan@example.org"]
    text = told.get_payload(0).get_payload(decode=True).decode()
    assert "They are no longer sent here." in text
    assert "Rowan" not in text
    assert NEW not in text


def test_old_address_that_takes_no_mail_is_not_informed(invited, correct, at):
    Membership.objects.filter(pk=invited.pk).update(email_failed_at=at)
    correct(invited)
    assert not Message.objects.filter(kind="address_changed").exists()


def test_change_is_kept_as_written(invited, correct, manager, refused, at):
    change = correct(invited)
    assert (change.before, change.after, change.changed_by) == ("rwoan@example.org", NEW, manager)
    with refused("clinic_kept"):
        AddressChange.objects.update(after="other@example.org")
    with refused("clinic_kept"):
        change.delete()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", {"email": "nowhere"}),
        ("email", {"email": "RWOAN@example.org"}),
        ("reason", {"reason": "  "}),
    ],
)
def test_is_refused_with_the_field_at_fault(invited, correct, field, values):
    with pytest.raises(ValidationError) as error:
        correct(invited, **values)
    assert field in error.value.message_dict
    assert not AddressChange.objects.exists()


def test_not_of_another_clinic(invited, correct, stranger):
    with pytest.raises(Membership.DoesNotExist):
        correct(invited, by=stranger)


class TestPage:
    def test_corrects_and_shows_what_was_before(self, signed_in, manager, invited):
        client = signed_in(manager)
        path = reverse("admin:clinic_membership_address", args=[invited.pk])
        assert b"Nobody has signed in with this account yet" in client.get(path).content
        client.post(path, {"email": NEW, "reason": "Told me in person."})
        page = client.get(path).content.decode()
        assert f"rwoan@example.org → {NEW}. Told me in person." in page

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, signed_in, manager, invited):
        path = reverse("admin:clinic_membership_address", args=[invited.pk])
        page = signed_in(manager).post(path, {"email": "rwoan@example.org", "reason": "Told me."})
        assert b"already" in page.content
        assert b"Told me." in page.content

    def test_says_that_the_account_keeps_its_own(self, signed_in, manager, invited, at):
        used(invited, at)
        page = signed_in(manager).get(reverse("admin:clinic_membership_address", args=[invited.pk]))
        assert b"Only its owner may change that" in page.content

    def test_lead_may_not(self, signed_in, lead, invited):
        path = reverse("admin:clinic_membership_address", args=[invited.pk])
        assert signed_in(lead).post(path, {"email": NEW, "reason": "x"}).status_code == 403
