"""Inviting somebody who is here already; who may supervise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.models import Membership, Message, Role, User
from clinic.staff import deactivate_member, invite_member
from tests.factories import MembershipFactory, UserFactory, make_clinic

pytestmark = pytest.mark.django_db
URL = "/admin/clinic/membership/add/"


@pytest.fixture
def typed():
    """An invitation as a browser sends it."""

    def of(**values):
        person = {"first_name": "Rowan", "last_name": "Rook", "username": "rowan", "email": "rowan@example.org"}
        return {**person, "role": "practitioner", **values}

    return of


def test_form_sent_twice_invites_once_and_says_so(signed_in, manager, typed):
    client = signed_in(manager)
    assert client.post(URL, typed()).status_code == 302
    page = client.post(URL, typed())
    html = page.content.decode()
    assert page.status_code == 200
    assert "is already a member of this clinic" in html
    assert 'value="rowan@example.org"' in html
    assert Membership.objects.filter(user__username="rowan").count() == 1
    assert Message.objects.filter(kind="staff_invitation").count() == 1


@pytest.mark.parametrize(
    "values",
    [{}, {"username": "ROWAN"}, {"username": "another"}, {"email": "Rowan@Example.org"}],
    ids=["same", "other case", "same address", "address in other case"],
)
def test_member_is_not_invited_again_however_written(signed_in, manager, typed, values):
    client = signed_in(manager)
    client.post(URL, typed())
    page = client.post(URL, typed(**values))
    assert "is already a member of this clinic" in page.content.decode()
    assert User.objects.filter(email__iexact="rowan@example.org").count() == 1


def test_who_left_is_offered_to_be_reactivated(signed_in, manager, typed, at):
    client = signed_in(manager)
    client.post(URL, typed())
    member = Membership.objects.get(user__username="rowan")
    deactivate_member(member, at=at)
    html = client.post(URL, typed()).content.decode()
    assert "worked here before" in html
    assert f'href="/admin/clinic/membership/{member.pk}/change/"' in html
    assert "Reactivate" in client.get(f"/admin/clinic/membership/{member.pk}/change/").content.decode()


def test_same_person_of_another_clinic_is_invited(signed_in, manager, typed):
    MembershipFactory(clinic=make_clinic("Harbour"), user=UserFactory(username="rowan", email="rowan@example.org"))
    assert signed_in(manager).post(URL, typed()).status_code == 302
    assert Membership.objects.filter(user__username="rowan").count() == 2


def test_address_of_an_account_elsewhere_is_not_used_for_a_second_account(signed_in, manager, typed):
    UserFactory(username="zorilla", email="rowan@example.org")
    html = signed_in(manager).post(URL, typed()).content.decode()
    assert "already has an account" in html
    assert "zorilla" not in html
    assert User.objects.filter(email="rowan@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_invitations_at_once_make_one_member(clinic, at, at_once):
    person = {"username": "rowan", "email": "rowan@example.org", "first_name": "Rowan", "last_name": "Rook"}

    def act():
        return invite_member(clinic=clinic, role=Role.PRACTITIONER, at=at, **person)

    answers = at_once(act, act)
    assert sum(isinstance(one, Membership) for one in answers) == 1
    assert Membership.objects.filter(user__username="rowan").count() == 1


def test_invitation_that_loses_the_race_is_a_form_error(signed_in, manager, typed, monkeypatch):
    client = signed_in(manager)
    client.post(URL, typed())
    calls = []

    def blind(*_args, **_values):
        """The first look saw nobody, as in a race."""
        calls.append(1)
        if len(calls) > 1:
            monkeypatch.undo()
            raise ValidationError({"username": "is already a member of this clinic"})

    monkeypatch.setattr("clinic.forms.refuse_double", blind)
    page = client.post(URL, typed())
    assert page.status_code == 200
    assert "is already a member of this clinic" in page.content.decode()


UNFIT = {
    "front desk": {"role": Role.FRONT_DESK, "licence_number": "L-9"},
    "manager": {"role": Role.MANAGER, "licence_number": "L-9"},
    "no licence": {"licence_number": ""},
    "expired yesterday": {"licence_expires_on": "yesterday"},
    "supervised": {"is_supervised": True},
    "left": {"deactivated_at": "yesterday"},
}


@pytest.fixture(params=UNFIT)
def unfit(request, clinic):
    """Somebody who may not supervise."""
    values = dict(UNFIT[request.param])
    if values.get("licence_expires_on"):
        values["licence_expires_on"] = timezone.localdate() - timedelta(days=1)
    if values.get("deactivated_at"):
        values["deactivated_at"] = timezone.now() - timedelta(days=1)
    return MembershipFactory(clinic=clinic, user__username="unfit", **values)


def test_supervisor_is_a_licensed_clinician_in_the_form(unfit, signed_in, manager, practitioner):
    url = f"/admin/clinic/membership/{practitioner.pk}/change/"
    values = {"role": "practitioner", "licence_number": "L-1", "is_supervised": "on", "supervisor": unfit.pk}
    page = signed_in(manager).post(url, values)
    assert page.status_code == 200
    assert page.context["adminform"].form.errors["supervisor"]
    practitioner.refresh_from_db()
    assert practitioner.supervisor is None


def test_supervisor_is_a_licensed_clinician_in_the_service(unfit, clinic):
    with pytest.raises(ValidationError, match="cannot supervise"):
        invite_member(
            clinic=clinic,
            username="rowan",
            email="rowan@example.org",
            first_name="Rowan",
            last_name="Rook",
            role=Role.PRACTITIONER,
            at=timezone.now(),
            supervisor=unfit,
        )


def test_licence_that_ends_today_is_valid_today(clinic, at):
    member = MembershipFactory(clinic=clinic, licence_expires_on=at.date())
    assert member.may_supervise(at.date())
    assert not member.may_supervise(at.date() + timedelta(days=1))


def test_supervisor_named_before_is_shown_and_breaks_nothing(signed_in, manager, practitioner, clinic):
    unfit = MembershipFactory(clinic=clinic, user__username="unfit", licence_number="")
    Membership.objects.filter(pk=practitioner.pk).update(is_supervised=True, supervisor=unfit)
    client = signed_in(manager)
    assert "not a licensed clinician" in client.get("/admin/clinic/membership/").content.decode()
    values = {"role": "practitioner", "licence_number": "L-2", "is_supervised": "on", "supervisor": unfit.pk}
    assert client.post(f"/admin/clinic/membership/{practitioner.pk}/change/", values).status_code == 302
    practitioner.refresh_from_db()
    assert (practitioner.licence_number, practitioner.supervisor) == ("L-2", unfit)
