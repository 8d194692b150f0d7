"""From a name to the first session; blocked until the letter is filed; an override; two people at one session."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Appointment, ClearanceOverride, Correction, Course, Session
from patients.intake import record_pain_type, record_screening
from patients.models import Patient, PatientPainType, ScreeningItem
from tests.factories import CourseFactory, cleared_patient, document, log_visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def today():
    return timezone.localdate()


def answer_every_group(page):
    for box in page.get_by_role("checkbox", name="None of these").all():
        box.check()


def test_first_intake_to_first_session(sign_in, practitioner, today):
    page = sign_in(practitioner)
    page.get_by_role("link", name="New patient").click()
    page.get_by_label("Given name").fill("Ana")
    page.get_by_label("Family name").fill("Kingfisher")
    page.get_by_label("Date of birth").fill("1971-02-03")
    page.get_by_role("button", name="Save").click()

    page.get_by_label("Diagnosed by").fill("Dr. Yew")
    page.get_by_label("Licence").fill("GMC 2")
    page.get_by_label("Origin").select_option("structural")
    # Leaving loses nothing.
    page.get_by_role("button", name="Continue later").click()
    page.get_by_role("link", name="Continue the intake").click()
    expect(page.get_by_label("Diagnosed by")).to_have_value("Dr. Yew")
    page.get_by_label("Examined on").fill(today.isoformat())
    page.get_by_label("Result").select_option("normal")
    page.get_by_role("button", name="Save and continue").click()

    page.get_by_role("checkbox", name="Radiculopathy").check()
    page.get_by_label("Radiculopathy is").select_option("confirmed")
    page.get_by_role("button", name="Save and continue").click()

    answer_every_group(page)
    page.get_by_role("button", name="Save and continue").click()

    page.get_by_role("group", name="Treatment").get_by_label("agrees", exact=True).check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("May be needled", exact=True)).to_be_visible()

    page.get_by_role("link", name="Start a course").click()
    page.get_by_role("link", name="Intensive").click()
    page.get_by_role("button", name="Start, then book").click()
    page.get_by_role("button", name="Book all of them").click()
    expect(page.get_by_text("10 appointments booked.")).to_be_visible()
    assert Appointment.objects.count() == 10

    page.get_by_role("link", name="Log session").first.click()
    page.get_by_role("group", name="Pain before").get_by_label("6", exact=True).check()
    page.get_by_role("checkbox", name="None of these").first.check()
    page.locator("#id_is_needled_no").check()
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Session.objects.get().clearance["verdict"] == "clear"


def test_cord_type_is_blocked_until_the_letter_is_uploaded(sign_in, practitioner, course, tmp_path, today):
    for code in ("myelopathy",):
        record_pain_type(
            patient=course.patient,
            code=code,
            status=PatientPainType.Status.CONFIRMED,
            starts_on=today - timedelta(days=3),
            by=practitioner,
            at=timezone.now() - timedelta(days=3),
        )
    page = sign_in(practitioner)
    page.goto(f"/admin/patients/patient/{course.patient_id}/intake/clearance/")
    expect(page.get_by_text("May not be needled")).to_be_visible()
    page.get_by_role("link", name="Add the letter").click()

    wrong, right = tmp_path / "letter.pdf", tmp_path / "scan.pdf"
    wrong.write_bytes(b"a word file that was renamed")
    right.write_bytes(document().content)
    page.get_by_label("The document").set_input_files(wrong)
    page.get_by_label("Written by").fill("Dr. Ilex, neurosurgery")
    page.get_by_label("Written on").fill(today.isoformat())
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("not a PDF, PNG or JPEG")).to_be_visible()
    page.get_by_label("The document").set_input_files(right)
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("May be needled", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Dr. Ilex, neurosurgery").click()
    assert download.value.suggested_filename == "letter.pdf"


def test_override_by_the_lead_lets_one_session_be_needled(sign_in, practitioner, lead, course):
    item = ScreeningItem.objects.for_clinic(course.clinic).get(code="spinal_instability")
    record_screening(patient=course.patient, findings={item: ""}, by=practitioner, at=timezone.now())
    page = sign_in(lead)
    page.goto(f"/admin/courses/course/{course.pk}/change/")
    page.get_by_role("link", name="Override for one session").click()
    page.get_by_label("Why").fill("seen together with the surgeon")
    page.get_by_role("button", name="Override for one session").click()
    expect(page.get_by_text("Overridden by a lead for this one session:")).to_be_visible()
    log_visit(course, timezone.now())
    assert ClearanceOverride.objects.get().session == Session.objects.get()
    page.reload()
    expect(page.get_by_text("May not be needled")).to_be_visible()


def test_two_people_correct_one_session(sign_in, practitioner, lead, course, browser, live_server):
    session = log_visit(course, timezone.now(), before=5, after=4).session
    path = f"/admin/courses/session/{session.pk}/correct/"
    page = sign_in(practitioner)
    page.goto(path)
    other = page.context.new_page()
    other.goto(path)
    other.get_by_role("group", name="Pain before").get_by_label("6", exact=True).check()
    other.get_by_label("Reason for the correction").fill("asked again")
    other.get_by_role("button", name="Save the correction").click()
    expect(other.get_by_text("Corrected.")).to_be_visible()

    page.get_by_role("textbox", name="Note").fill("slept badly")
    page.get_by_label("Reason for the correction").fill("note was left out")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_role("alert")).to_contain_text("corrected while you typed")
    expect(page.get_by_role("alert")).to_contain_text("asked again")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("slept badly")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_text("Corrected.")).to_be_visible()
    assert session.scores.get(timing="before").score == 6
    assert Correction.objects.count() == 2


def test_new_patient_walks_the_intake_by_keyboard(sign_in, practitioner):
    patient = cleared_patient(practitioner.clinic, by=practitioner, at=timezone.now() - timedelta(days=1))
    page = sign_in(practitioner)
    page.goto(f"/admin/patients/patient/{patient.pk}/intake/screening/")
    page.get_by_role("checkbox", name="None of these").first.focus()
    # One pass: a space for each group, skipping the questions between them.
    for box in page.get_by_role("checkbox", name=re.compile(r"^None of these\b(?! in any)")).all():
        box.focus()
        page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(f"{page.url.split('/admin')[0]}/admin/patients/patient/{patient.pk}/intake/consents/")
    assert Patient.objects.get(pk=patient.pk).screenings.count() == 2


def test_plan_that_meets_a_closed_day_says_so(sign_in, practitioner, clinic, today):
    patient = cleared_patient(clinic, by=practitioner, at=timezone.now() - timedelta(days=1))
    course = CourseFactory(
        patient=patient, practitioner=practitioner, starts_on=today, status=Course.Status.PLANNED
    )
    clinic.opening_hours.create(weekday=3, opens_at="09:00", closes_at="17:00")
    page = sign_in(practitioner)
    page.goto(
        f"/admin/courses/course/{course.pk}/schedule/?weekdays=4&earliest=08:00&latest=20:00&minutes=45&practitioner={practitioner.pk}"
    )
    expect(page.get_by_text("not open then").first).to_be_visible()
