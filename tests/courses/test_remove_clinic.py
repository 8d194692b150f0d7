"""A clinic that was made by mistake goes; one with a record stays."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from clinic.logo.kept_logo import replace_logo
from clinic.logo.uploaded_logo import picture_of
from clinic.models import AccountEvent, Clinic, Duty, Membership, Message, Role, User
from clinic.people.leaving import deactivate_member
from clinic.people.staff import invite_member
from clinic.sender.verifying import enter_address
from courses.dry_runs.pain_rules import set_bounds, try_bounds
from courses.management.removing_clinics import clinic_paths, clinical_models
from courses.models import Course, Protocol
from patients.models import Patient
from tests.factories import MembershipFactory, PatientFactory, UserFactory
from tests.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(at) -> Clinic:
    """A clinic as `create_clinic` makes one, with what its manager did in it on the first day."""
    call_command(
        "create_clinic", "Linden Street", zone="Europe/Berlin", manager="mona@example.org", stdout=io.StringIO()
    )
    clinic = Clinic.objects.get(slug="linden-street")
    manager = Membership.objects.get(clinic=clinic)
    lead = invite_member(
        clinic=clinic, username="lars", email="lars@example.org", first_name="Lars", last_name="Larch",
        role=Role.LEAD, licence_number="L-1", by=manager, at=at,
    )  # fmt: skip
    deactivate_member(invite_member(
        clinic=clinic, username="finn", email="finn@example.org", first_name="Finn", last_name="Fern",
        role=Role.FRONT_DESK, by=manager, at=at,
    ), by=manager, at=at)  # fmt: skip
    Duty.objects.create(clinic=clinic, member=lead, starts_at=at, ends_at=at.replace(year=at.year + 1))
    set_bounds(clinic, try_bounds(clinic, {}, at=at), reason="As shipped.", by=lead, at=at)
    replace_logo(clinic, picture_of(picture()), by=manager, at=at)
    enter_address(clinic, "desk@linden.example", by=manager, at=at)
    return clinic


def remove(slug="linden-street", **more) -> str:
    out = io.StringIO()
    call_command("remove_clinic", slug, stdout=out, **more)
    return out.getvalue()


def test_everything_of_it_goes_and_nothing_of_another(made, clinic, manager):
    n_protocols = Protocol.objects.for_clinic(clinic).count()
    said = remove(yes=True)
    assert "3 staff" in said
    assert "account lars" in said
    assert list(Clinic.objects.all()) == [clinic]
    assert not User.objects.filter(username__in=["mona", "lars", "finn"]).exists()
    assert Protocol.objects.for_clinic(clinic).count() == n_protocols
    assert not Message.objects.filter(kind="staff_invitation").exists()
    call_command(
        "create_clinic", "Linden Street", zone="Europe/Berlin", manager="mona@example.org", stdout=io.StringIO()
    )


@pytest.mark.parametrize("is_training", [True, False])
def test_patient_on_file_keeps_it(made, is_training):
    PatientFactory(clinic=made, is_training=is_training)
    with pytest.raises(
        CommandError, match="1 patient" + (r" \(1 test patient among them\)" if is_training else "")
    ):
        remove(yes=True)
    assert Clinic.objects.filter(pk=made.pk).exists()


def test_without_yes_it_is_listed_and_stays(made):
    with pytest.raises(CommandError, match="--yes"):
        remove()
    assert Clinic.objects.filter(pk=made.pk).exists()


def test_on_a_terminal_its_short_name_is_asked(made, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError):
        remove()
    monkeypatch.setattr("builtins.input", lambda question: "linden-street")
    remove()
    assert not Clinic.objects.filter(pk=made.pk).exists()


def test_unknown_short_name_is_named(made):
    with pytest.raises(CommandError, match=r"no clinic “mill”.*linden-street"):
        remove("mill")


def test_account_that_somebody_uses_stays(made, at):
    user = User.objects.get(username="lars")
    user.last_login = at
    user.save()
    assert "Account lars stays" in remove(yes=True)
    assert User.objects.filter(username="lars").exists()


def test_colleague_who_works_elsewhere_keeps_the_history_of_the_account(made, clinic, at):
    user = UserFactory(username="ada")
    MembershipFactory(clinic=clinic, user=user)
    MembershipFactory(clinic=made, user=user)
    AccountEvent.objects.create(user=user, kind="two_factor_reset", reason="asked me", clinic=made, happened_at=at)
    with pytest.raises(CommandError, match="1 change of accounts that people keep"):
        remove(yes=True)


def test_history_of_a_clinic_with_a_patient_cannot_be_deleted_that_way(made, at):
    """The database itself refuses, whoever names the clinic."""
    PatientFactory(clinic=made)
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="never changed or deleted"),
        transaction.atomic(),
    ):
        cursor.execute("SELECT set_config('clinic.removing', %s, true)", [str(made.pk)])
        cursor.execute("DELETE FROM clinic_message WHERE clinic_id = %s", [made.pk])


def test_history_of_another_clinic_cannot_be_deleted_either(made, clinic, at):
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="never changed or deleted"),
        transaction.atomic(),
    ):
        cursor.execute("SELECT set_config('clinic.removing', %s, true)", [str(clinic.pk)])
        cursor.execute("DELETE FROM clinic_message WHERE clinic_id = %s", [made.pk])


def test_every_table_with_a_clinic_is_removed_or_holds_patients():
    """A new table is one or the other; none is left behind."""
    linked = {
        model
        for label in ("clinic", "patients", "courses")
        for model in apps.get_app_config(label).get_models()
        if any(
            getattr(field, "related_model", None) is Clinic and field.concrete
            for field in model._meta.get_fields()
        )
    }
    # A practice clinic points to the clinic beside it, and holds patients itself.
    assert linked - {Clinic} <= clinic_paths().keys() | clinical_models()
    assert {Patient, Course} <= clinical_models()
    assert not clinic_paths().keys() & clinical_models()
    assert Protocol in clinic_paths()
