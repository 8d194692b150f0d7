"""The practice clinic is no other clinic: nothing that is said about somebody's clinics counts it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from clinic.account.no_clinic import why_without_clinic
from clinic.account.two_factor import due_since
from clinic.models import Membership, Role, User
from clinic.people.address_change import is_unused
from clinic.people.leaving import deactivate_member
from clinic.people.naming import may_rename
from courses.practice.beside import practise
from tests.factories import MembershipFactory, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def joined(practitioner, at) -> Membership:
    """A practitioner who also practises."""
    return practise(by=practitioner, at=at)


def test_manager_may_correct_the_name_and_the_address_of_whoever_practises(joined, practitioner):
    practitioner.user.set_unusable_password()
    assert may_rename(practitioner)
    assert is_unused(practitioner)
    MembershipFactory(clinic=make_clinic("Mill"), user=practitioner.user)
    assert not may_rename(practitioner)
    assert not is_unused(practitioner)


def test_page_of_the_member_says_nothing_of_it(joined, practitioner, manager, signed_in):
    page = signed_in(manager).get(reverse("admin:clinic_membership_change", args=[practitioner.pk]))
    assert "under “Your account”" not in page.content.decode()


def test_whoever_left_reads_of_the_clinic_alone(joined, practitioner, at):
    deactivate_member(practitioner, at=at)
    assert [one.clinic for one in why_without_clinic(practitioner.user).former] == [practitioner.clinic]


def test_switcher_offers_real_clinics_alone(joined, practitioner, signed_in):
    client, today = signed_in(practitioner), reverse("admin:index")
    assert "Switch clinic" not in client.get(today).content.decode()
    client.post(reverse("switch-clinic"), {"membership": joined.uuid})
    assert client.get(today).context["other_memberships"] == [practitioner]


def test_role_that_ended_in_the_clinic_asks_for_no_second_factor(lead, at, settings):
    settings.DEMO = False
    practise(by=lead, at=at)
    User.objects.filter(pk=lead.user_id).update(two_factor_asked_at=at)
    user = User.objects.get(pk=lead.user_id)
    assert due_since(user) == at + timedelta(days=lead.clinic.two_factor_grace_days)
    Membership.objects.filter(pk=lead.pk).update(role=Role.FRONT_DESK)
    assert due_since(user) is None


def test_the_only_real_clinic_needs_no_name_at_the_command_line(joined, tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("import_history", str(tmp_path / "none.csv"))
    assert "--clinic" not in str(refused.value)
