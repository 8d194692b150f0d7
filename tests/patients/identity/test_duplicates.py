"""Who may be on file already."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.identity.birth import Birth
from patients.identity.duplicates import Person, likely_twins
from patients.models import Patient
from tests.factories import PatientFactory, log_visit, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(clinic) -> Patient:
    return PatientFactory(
        clinic=clinic,
        given_name="Ana",
        family_name="Kingfisher",
        born_on=date(1971, 2, 3),
        phone="+49 30 23125 111",
        email="ana@example.org",
    )


def someone(**values: Any) -> Person:
    """Somebody who does not resemble Ana."""
    return Person(**{"given_name": "Bo", "family_name": "Wren", "birth": Birth(date(1990, 1, 1)), **values})


def found(clinic, person: Person) -> list[Patient]:
    return [twin.patient for twin in likely_twins(clinic, person)]


BORN = Birth(date(1971, 2, 3))


@pytest.mark.parametrize(
    "likeness",
    [
        {"given_name": "Ana", "family_name": "Kingfisher"},
        {"given_name": "ANA", "family_name": "kingfisher"},
        {"given_name": "Kingfisher", "family_name": "Ana"},
        {"given_name": "Ana Kingfisher", "family_name": ""},
        {"birth": BORN, "family_name": "Kingfischer"},
        {"birth": BORN, "given_name": "Anna"},
        {"birth": BORN, "given_name": "Kingfischer", "family_name": "Anna"},
        {"birth": Birth(date(1971, 3, 2)), "given_name": "Ana", "family_name": "Kingfihser"},
        {"birth": Birth(year=1971), "given_name": "Anna", "family_name": "Kingfisher"},
        {"birth": Birth(), "given_name": "Anna", "family_name": "Kingfisher"},
        {"email": "ANA@example.org"},
        {"phone": "+49 30 23125 111"},
        {"phone": "030 23125111"},
        {"phone": "0049 (0)30 23125-111"},
        {"phone": "(030) 231.251.11"},
    ],
)
def test_likely_the_same_person(clinic, ana, likeness):
    assert found(clinic, someone(**likeness)) == [ana]


@pytest.mark.parametrize(
    "likeness",
    [
        {},
        {"birth": BORN},
        {"family_name": "Kingfisher"},
        {"email": "", "phone": ""},
        {"phone": "030 23125 112"},
        {"birth": Birth(date(1985, 6, 7)), "given_name": "Anna", "family_name": "Kingfischer"},
    ],
)
def test_likely_somebody_else(clinic, ana, likeness):
    assert found(clinic, someone(**likeness)) == []


def test_patient_of_another_clinic_is_no_duplicate(ana):
    same = someone(given_name="Ana", family_name="Kingfisher", birth=BORN, email=ana.email)
    assert found(make_clinic("Harbour"), same) == []


def test_patients_without_contact_are_not_alike_for_that(clinic):
    PatientFactory(clinic=clinic, phone="", email="")
    assert found(clinic, someone(phone="", email="")) == []


def test_archived_record_is_found_and_the_last_visit_with_it(course, at):
    log_visit(course, at)
    patient = course.patient
    Patient.objects.filter(pk=patient.pk).update(archived_at=at)
    twin = likely_twins(patient.clinic, someone(phone=patient.phone))[0]
    assert (twin.patient, twin.last_visit_at) == (patient, at)


@pytest.fixture
def typed() -> dict[str, str]:
    return {
        "given_name": "Ana",
        "family_name": "Kingfisher",
        "born_on": "3 Feb 1971",
        "phone": "",
        "email": "",
        "language": "en",
    }


ADD = "admin:patients_patient_add"


def test_is_asked_once_with_links_and_saved_on_purpose(signed_in, front_desk, clinic, ana, typed):
    client = signed_in(front_desk)
    page = client.post(reverse(ADD), typed)
    assert Patient.objects.count() == 1
    words = page.content.decode()
    assert reverse("admin:patients_patient_change", args=[ana.pk]) in words
    assert "Ana Kingfisher, born 3 Feb 1971 (" in words
    again = {**typed, "is_another_person": "on", "shown_twins": str(ana.pk)}
    assert client.post(reverse(ADD), again).status_code == 302
    assert Patient.objects.count() == 2


def test_somebody_put_on_file_meanwhile_is_asked_about_again(signed_in, front_desk, clinic, ana, typed):
    other = PatientFactory(clinic=clinic, given_name="Ana", family_name="Kingfisher")
    ticked = {**typed, "is_another_person": "on", "shown_twins": str(ana.pk)}
    page = signed_in(front_desk).post(reverse(ADD), ticked).content.decode()
    assert Patient.objects.count() == 2
    assert f"{other.pk},{ana.pk}" in page or f"{ana.pk},{other.pk}" in page


def test_changing_a_name_into_somebody_elses_is_asked_about(signed_in, lead, clinic, ana, typed):
    bo = PatientFactory(clinic=clinic, given_name="Bo", family_name="Wren", phone="")
    url = reverse("admin:patients_patient_change", args=[bo.pk])
    values = {**typed, "reason": "passport seen"}
    assert signed_in(lead).post(url, values).status_code == 200
    bo.refresh_from_db()
    assert bo.given_name == "Bo"


@pytest.mark.django_db(transaction=True)
def test_two_who_put_the_same_person_on_file_at_once_cannot_both_pass_unasked(front_desk, lead, typed, at_once):
    def add(member):
        client = Client()
        client.force_login(member.user, backend="clinic.account.sign_in.MembershipBackend")
        return lambda: client.post(reverse(ADD), typed).status_code

    assert sorted(at_once(add(front_desk), add(lead))) == [200, 302]
    assert Patient.objects.count() == 1
