# ruff: noqa: E501 - one form a line
"""The same form twice is saved once; with other content it is shown again, and nothing typed is dropped."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from clinic.models import Duty, Endpoint, Membership, SentForm
from clinic.posting.twins import LEASE
from courses.models import Appointment, Course, HandOver, Letter, MeasureScore, Review, Silence
from patients.models import Assessment, Consent, NeuroCheck, Patient
from tests import factories
from tests.posting.forms import StaffForm, staff_forms
from tests.test_tenancy import cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast):  # noqa: F811
    """A browser of somebody with this role."""

    def of(role: str) -> Client:
        client = Client()
        client.force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
        return client

    return of


@pytest.fixture
def open_course(course):
    """One that began some days ago, by this machine's clock."""
    Course.objects.filter(pk=course.pk).update(starts_on=(timezone.now() - timedelta(days=20)).date())
    course.refresh_from_db()
    return course


def cases(course, practitioner, lead) -> dict[str, tuple[str, str, dict[str, Any], dict[str, Any], Any]]:
    """Each form that makes something: role, address, values, other values, what it makes."""
    day = timezone.now() + timedelta(days=3)
    pk, patient = course.pk, course.patient_id
    other = factories.MembershipFactory(clinic=course.clinic, user__username="colleague")
    return {
        "hold": ("practitioner", reverse("admin:courses_course_hold", args=[pk]), {"reason": "MRI first"}, {"reason": "holiday"}, course.holds),
        "review": ("practitioner", reverse("admin:courses_course_review", args=[pk]), {"decision": "change", "reason": "slow", "form_key": uuid.uuid4()}, {"reason": "better"}, Review.objects),
        "measures": ("practitioner", reverse("admin:courses_course_measures", args=[pk]) + "?stage=start", {"peg_one": "2", "form_key": uuid.uuid4()}, {"peg_one": "5"}, MeasureScore.objects),
        "hand-over": ("manager", reverse("admin:courses_course_hand_over", args=[practitioner.pk]), {"to": other.pk, "reason": "leave", "courses": [pk], "form_key": uuid.uuid4()}, {"reason": "leaves us"}, HandOver.objects),
        "booking": ("practitioner", reverse("admin:courses_appointment_add"), {"course": pk, "practitioner": practitioner.pk, "starts_at": f"{day:%Y-%m-%d}T10:00", "minutes": "30"}, {"minutes": "45"}, Appointment.objects),
        "silence": ("lead", reverse("admin:courses_silence_add"), {"severity": "amber", "days": "2", "reason": "new scale"}, {"days": "3"}, Silence.objects),
        "duty": ("lead", reverse("admin:clinic_duty_add"), {"member": lead.pk, "starts_at": in_days(200), "ends_at": in_days(201)}, {"ends_at": in_days(202)}, Duty.objects),
        "letter": ("practitioner", reverse("admin:courses_letter_summary", args=[pk]), {"addressee": "Dr. Ilex", "message": "Please see."}, {"message": "Please see soon."}, Letter.objects),
        "invitation": ("manager", reverse("admin:clinic_membership_add"), {"first_name": "Ada", "last_name": "Fir", "username": "ada", "email": "ada@example.org", "role": "front_desk"}, {"first_name": "Eva"}, Membership.objects),
        "endpoint": ("manager", reverse("admin:clinic_endpoint_add"), {"name": "Chat", "url": "https://93.184.215.14/in", "is_on": "on"}, {"name": "Chat 2"}, Endpoint.objects),
        "patient": ("front_desk", reverse("admin:patients_patient_add"), {"given_name": "Ida", "family_name": "Elm", "born_on": "1970-02-03", "phone": "+49 30 1234567", "language": "en"}, {"given_name": "Ina"}, Patient.objects),
        "check": ("practitioner", reverse("admin:patients_patient_record", args=[patient, "check"]), {"checked_on": "2026-03-01", "result": "normal"}, {"note": "again"}, NeuroCheck.objects),
        "assessment": ("practitioner", reverse("admin:patients_patient_record", args=[patient, "assessment"]), {"diagnosed_by": "Dr. Yew", "licence": "L-1", "diagnosed_on": "2026-03-01", "origin": "muscular"}, {"licence": "L-2"}, Assessment.objects),
        "consent": ("practitioner", reverse("admin:patients_patient_record", args=[patient, "consent"]), {"shown_text": "1", "streams": ["reminders"], "is_given": "1", "how": "signed"}, {"is_given": "0"}, Consent.objects),
        "course": ("practitioner", reverse("admin:patients_patient_start", args=[patient]), {"complaint": "Neck", "protocol": course.protocol_id, "practitioner": practitioner.pk, "starts_on": f"{timezone.localdate():%Y-%m-%d}", "weekly_sessions": "2, 2", "review_sessions": "4"}, {"complaint": "Arm"}, Course.objects),
        "discharge": ("practitioner", reverse("admin:courses_course_end", args=[pk]), {"status": "completed", "reason": "done", "form_key": uuid.uuid4()}, {"advice": "Move."}, Review.objects),
    }  # fmt: skip


def in_days(n: int) -> str:
    """Ten o'clock on a day to come, in a form's format."""
    return f"{timezone.localdate() + timedelta(days=n):%Y-%m-%d}T10:00"


NAMES = [
    "hold",
    "review",
    "measures",
    "hand-over",
    "booking",
    "silence",
    "duty",
    "letter",
    "invitation",
    "endpoint",
    "patient",
    "check",
    "assessment",
    "consent",
    "course",
    "discharge",
]


@pytest.mark.parametrize("name", NAMES)
def test_once_and_never_dropped(browser, open_course, practitioner, lead, manager, front_desk, smtp, name):
    found = cases(open_course, practitioner, lead)
    assert found.keys() == set(NAMES)
    role, url, typed, other, made = found[name]
    client, key = browser(role), uuid.uuid4()
    before = made.count()
    first = client.post(url, {**typed, "sent_key": key})
    assert first.status_code == 302, shown(first)
    n_made = made.count()
    assert n_made > before
    # The same once more, as a double click or a reload sends it.
    again = client.post(url, {**typed, "sent_key": key})
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert "It was not saved again." in client.get(again["Location"], follow=True).content.decode()
    assert made.count() == n_made
    # The same form, changed.
    changed = client.post(url, {**typed, **other, "sent_key": key})
    page = changed.content.decode()
    assert changed.status_code == 422
    assert "with other content" in page
    assert made.count() == n_made
    for value in other.values():
        assert str(value) in page


def shown(response) -> str:
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)[:1500]


def test_other_content_names_the_field_and_keeps_the_rest(browser, open_course):
    url, key = reverse("admin:courses_appointment_add"), uuid.uuid4()
    day = timezone.now() + timedelta(days=3)
    typed = {"course": open_course.pk, "practitioner": open_course.practitioner_id, "minutes": "30",
             "starts_at": f"{day:%Y-%m-%d}T10:00", "sent_key": key}  # fmt: skip
    client = browser("practitioner")
    client.post(url, typed)
    soup = BeautifulSoup(client.post(url, {**typed, "minutes": "45"}).content, "html.parser")
    assert "Different from what was saved: Minutes." in soup.get_text(" ", strip=True)
    assert soup.select_one("[name=minutes]")["value"] == "45"
    assert soup.select_one("[name=minutes]")["aria-invalid"] == "true"
    assert soup.select_one("input[name=course]")["value"] == str(open_course.pk)
    # Sent again on purpose it is a new form with a key of its own.
    assert soup.select_one("#content input[name=sent_key]")["value"] != str(key)


def test_a_form_that_was_refused_may_be_sent_again(browser, open_course):
    url, key = reverse("admin:courses_course_hold", args=[open_course.pk]), uuid.uuid4()
    client = browser("practitioner")
    assert client.post(url, {"reason": "", "sent_key": key}).status_code == 422
    assert client.post(url, {"reason": "MRI", "sent_key": key}).status_code == 302


def test_a_form_whose_process_died_may_be_sent_again(browser, open_course, practitioner):
    url, key = reverse("admin:courses_course_hold", args=[open_course.pk]), uuid.uuid4()
    SentForm.objects.create(
        clinic=practitioner.clinic,
        member=practitioner,
        key=uuid.uuid5(key, url),
        claimed_at=timezone.now() - LEASE - timedelta(seconds=1),
    )
    assert browser("practitioner").post(url, {"reason": "MRI", "sent_key": key}).status_code == 302


def test_a_form_still_being_saved_is_not_saved_beside_it(browser, open_course, practitioner, monkeypatch):
    monkeypatch.setattr("clinic.posting.twins.WAIT_SECONDS", 0.2)
    url, key = reverse("admin:courses_course_hold", args=[open_course.pk]), uuid.uuid4()
    SentForm.objects.create(
        clinic=practitioner.clinic, member=practitioner, key=uuid.uuid5(key, url), claimed_at=timezone.now()
    )
    response = browser("practitioner").post(url, {"reason": "MRI", "sent_key": key})
    assert response.status_code == 422
    assert "still being saved" in response.content.decode()
    assert "MRI" in response.content.decode()
    assert open_course.holds.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_sends_at_once_make_one(browser, open_course, at_once, lead):
    url, key = reverse("admin:courses_silence_add"), uuid.uuid4()
    typed = {"severity": "amber", "days": "2", "reason": "new scale", "sent_key": key}
    clients = [browser("lead"), browser("lead")]
    answers = at_once(*[lambda client=client: client.post(url, typed).status_code for client in clients])
    assert answers == [302, 302]
    assert Silence.objects.count() == 1


def test_nothing_that_was_typed_is_stored(browser, open_course):
    url = reverse("admin:courses_course_hold", args=[open_course.pk])
    browser("practitioner").post(url, {"reason": "Waiting for an MRI", "sent_key": uuid.uuid4()})
    assert "MRI" not in str(SentForm.objects.values())


def test_only_the_session_form_judges_its_repeats_itself():
    assert {name for name, view in views(get_resolver()) if getattr(view, "judges_repeats", False)} == {
        "courses_course_log"
    }


def views(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern)
        else:
            yield pattern.name, pattern.callback


def test_every_form_has_a_key_so_that_none_is_outside(cast, rows, smtp):  # noqa: F811
    forms: dict[str, StaffForm] = staff_forms(cast, rows)
    without = [form.target for form in forms.values() if not form.tag.select_one("input[name=sent_key]")]
    assert len(forms) > 40
    assert without == []
