"""Every page in Chromium: no accessibility or content-security violation, no sideways scroll."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from courses.measures.entry import Activity, ItemScore, MeasuresEntry, psfs_scores
from courses.measures.recording import record_measures
from courses.models import Alert, Appointment, CheckIn, Course, Letter, Review
from courses.reminders.links import check_in_path
from courses.reviews.reviewing import ReviewEntry, record_review
from tests.factories import flag, log_run, log_visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

STAFF_PAGES = {
    "today": "/admin/",
    "course": "/admin/courses/course/{course}/change/",
    "log": "/admin/courses/course/{course}/log/",
    "review": "/admin/courses/course/{course}/review/",
    "correct review": "/admin/courses/course/review/{review}/correct/",
    "measures at the start": "/admin/courses/course/{course}/measures/?stage=start",
    "measures at the end": "/admin/courses/course/{course}/measures/?stage=end",
    "end of a course": "/admin/courses/course/{course}/end/",
    "letter to write": "/admin/courses/letter/summary/{course}/",
    "referral to write": "/admin/courses/letter/urgent/{red_flag}/",
    "letter": "/admin/courses/letter/{letter}/change/",
    "letters": "/admin/courses/letter/",
    "session": "/admin/courses/session/{session}/change/?saved=1",
    "alert": "/admin/courses/alert/{alert}/change/",
    "inbox": "/admin/courses/alert/",
    "silences": "/admin/courses/silence/",
    "silence": "/admin/courses/silence/add/",
    "rules": "/admin/courses/rulesettings/",
    "duty": "/admin/clinic/duty/",
    "duty add": "/admin/clinic/duty/add/",
    "courses": "/admin/courses/course/",
    "patients": "/admin/patients/patient/",
    "new patient": "/admin/patients/patient/add/",
    "patient": "/admin/patients/patient/{patient}/change/",
    "red flag": "/admin/patients/patient/{patient}/red-flag/",
    "screening": "/admin/patients/patient/{patient}/record/screening/",
    "assessment": "/admin/patients/patient/{patient}/record/assessment/",
    "intake person": "/admin/patients/patient/{patient}/intake/person/",
    "intake assessment": "/admin/patients/patient/{patient}/intake/assessment/",
    "intake types": "/admin/patients/patient/{patient}/intake/types/",
    "intake screening": "/admin/patients/patient/{patient}/intake/screening/",
    "intake consents": "/admin/patients/patient/{patient}/intake/consents/",
    "intake clearance": "/admin/patients/patient/{patient}/intake/clearance/",
    "letter on file": "/admin/patients/patient/{patient}/record/letter/",
    "start course": "/admin/patients/patient/{patient}/start-course/",
    "schedule": "/admin/courses/course/{course}/schedule/",
    "correct session": "/admin/courses/session/{session}/correct/",
    "correct assessment": "/admin/patients/patient/{patient}/correct/assessment/{assessment}/",
    "override": "/admin/courses/course/{course}/override/",
    "bookings": "/admin/courses/appointment/",
    "book": "/admin/courses/appointment/add/",
    "appointment": "/admin/courses/appointment/{appointment}/change/",
    "dashboard": "/dashboard/",
    "setup": "/admin/setup/",
    "curve": "/admin/courses/prior/",
    "red flags": "/admin/courses/redflag/",
    "clinic": "/admin/clinic/clinic/{clinic}/change/",
}


@pytest.fixture
def ids(course, lead):
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(starts_on=(now - timedelta(days=40)).date())
    course.refresh_from_db()
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=now - timedelta(days=3))
    session = log_visit(course, now, before=4, after=9, flags=(flag(course.clinic, "skin_infect"),)).session
    appointment = Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=course.practitioner,
        starts_at=now,
        ends_at=now + timedelta(minutes=30),
        booked_by=lead,
        booked_at=now,
    )
    return {
        "course": course.pk,
        "session": session.pk,
        "alert": Alert.objects.filter(rule="pain").get().pk,
        "red_flag": Alert.objects.red_flags().get().pk,
        "review": _reviewed(course, lead, now).pk,
        "letter": _written(course, lead, now).pk,
        "patient": course.patient_id,
        "assessment": course.patient.assessments.get().pk,
        "appointment": appointment.pk,
        "clinic": course.clinic_id,
    }


def _reviewed(course, by, at):
    scores = (*psfs_scores([Activity("driving", 4)]), ItemScore("peg_one", "", 6), ItemScore("rom", "flexion", 40))
    record_measures(course, entry=MeasuresEntry(uuid4(), "start", scores), by=by, at=at)
    entry = ReviewEntry(uuid4(), Review.Decision.CHANGE, "fewer points")
    return record_review(course, entry=entry, by=by, at=at)


def _written(course, by, at):
    return Letter.objects.create(
        clinic=course.clinic, patient=course.patient, course=course, kind="summary", addressee="Dr. Ilex",
        message="Dear colleague", written_by=by, written_at=at, pdf=b"%PDF-",
    )  # fmt: skip


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
def test_staff_pages(sign_in, lead, ids, scheme, width):
    page = sign_in(lead)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    found = {name: _faults(page, path.format(**ids), width) for name, path in STAFF_PAGES.items()}
    wrong = [f"{name}: {fault}" for name, faults in found.items() for fault in faults]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_everybody(page, ids, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    paths = ["/accounts/login/", "/accounts/password/reset/", check_in_path(CheckIn.objects.order_by("-pk")[0])]
    found = {path: _faults(page, path, 390) for path in paths}
    assert {path: faults for path, faults in found.items() if faults} == {}


def _faults(page, path, width):
    response = page.goto(path)
    faults = [] if response.status == 200 else [f"status {response.status}"]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append("scrolls sideways")
    n_complaints = len(page.complaints)
    violations = Axe().run(page).response["violations"]
    # Changes that axe itself makes to the page are not reported.
    del page.complaints[n_complaints:]
    for violation in violations:
        nodes = [node["html"][:160] for node in violation["nodes"][:3]]
        faults.append(f"{violation['id']}: {nodes}")
    return faults
