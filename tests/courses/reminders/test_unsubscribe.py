"""Unsubscribing from a stream of mail by a link in one."""

from __future__ import annotations

import pytest
from django.test import Client

from courses.models import Appointment
from courses.reminders.links import BadLink, check_in_path, open_check_in, read_unsubscribe, unsubscribe_path
from patients.models import Consent
from patients.patient_file import consents_by_stream
from tests.factories import log_visit

pytestmark = pytest.mark.django_db

REMINDERS = Consent.Stream.REMINDERS


@pytest.fixture
def path(patient) -> str:
    return unsubscribe_path(patient, REMINDERS)


@pytest.fixture
def mail_program() -> Client:
    """Carries no cookie and no CSRF token."""
    return Client(enforce_csrf_checks=True)


def test_one_click_ends_the_stream(mail_program, path, patient):
    response = mail_program.post(path, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert consents_by_stream(patient)["reminders"] is False


def test_word_is_recorded_as_given_through_a_link(mail_program, path, patient):
    mail_program.post(path)
    word = patient.consents.filter(stream=REMINDERS).first()
    assert (word.is_given, word.how, word.recorded_by) == (False, "link", None)


def test_twice_is_once(mail_program, path, patient):
    answers = [mail_program.post(path).status_code for _n in range(3)]
    assert answers == [200, 200, 200]
    assert patient.consents.filter(stream=REMINDERS, is_given=False).count() == 1


def test_other_streams_continue(mail_program, path, patient):
    mail_program.post(path)
    assert consents_by_stream(patient) == {"treatment": True, "reminders": False, "check_ins": True}


def test_looking_changes_nothing(client, path, patient):
    page = client.get(path)
    assert page.status_code == 200
    assert client.head(path).status_code == 200
    assert "Stop these emails" in page.content.decode()
    assert consents_by_stream(patient)["reminders"] is True


def test_page_says_that_visits_stay_booked(mail_program, path, appointment_at):
    appointment_at(48)
    assert "Your appointments stay booked." in mail_program.post(path).content.decode()
    assert Appointment.objects.get().status == "booked"


def test_page_shows_no_name(client, path, patient):
    page = client.get(path).content.decode()
    assert patient.family_name not in page
    assert patient.email not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_bad_link_helps_on_and_changes_nothing(client, method, patient):
    assert getattr(client, method)("/u/nonsense/").status_code == 404
    assert consents_by_stream(patient)["reminders"] is True


def test_link_of_one_page_does_not_open_another(path, course, at):
    check_in = log_visit(course, at).session.check_ins.get(kind="day3")
    with pytest.raises(BadLink):
        open_check_in(path.strip("/").removeprefix("u/"))
    with pytest.raises(BadLink):
        read_unsubscribe(check_in_path(check_in).strip("/").removeprefix("c/"))


def test_link_names_patient_and_stream(path, patient):
    assert read_unsubscribe(path.strip("/").removeprefix("u/")) == (patient, REMINDERS)
