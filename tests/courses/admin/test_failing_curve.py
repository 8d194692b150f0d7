"""No page fails because of the curve: red flags are reported and answered on these pages."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from courses.alerts.raising import raise_alert
from courses.models import Alert, AlertThreshold, CheckIn, Course, PainScore, Prior, Review
from courses.reminders.links import check_in_path
from courses.reviews.reviewing import ReviewEntry, record_review
from courses.rules.facts import Finding, Severity
from courses.watching.findings import watch_courses
from tests.factories import log_run

pytestmark = pytest.mark.django_db

FORM_KEY = "7d2d5a4e-0000-4000-8000-000000000001"
EMPTY = {"needling-TOTAL_FORMS": 0, "needling-INITIAL_FORMS": 0}
RUN = [(7, 6), (6, 6), (6, 5), (5, 5), (5, 4)]


def no_answers(course, monkeypatch):
    """Every answer of the curve fails."""
    for answer in ("next_score", "next_means", "bands", "relief", "shape", "peak"):
        monkeypatch.setattr(f"courses.curve.CoursePosterior.{answer}", lambda *_, **__: 1 / 0)


def no_arrays(course, monkeypatch):
    """The scores cannot be taken as arrays."""
    monkeypatch.setattr("courses.priors.course_records.Record.scores", lambda _self: 1 / 0)


def no_prior(course, monkeypatch):
    """The Prior in use is invalid."""
    counts = {"n_patients": 0, "n_courses": 0, "n_scores": 0}
    now = timezone.now()
    Prior.objects.create(clinic=course.clinic, version=9, numbers={}, fitted_at=now, is_adopted=True, **counts)


def no_threshold(course, monkeypatch):
    """The threshold in use is invalid."""
    AlertThreshold.objects.create(
        clinic=course.clinic,
        version=9,
        budget_per_100=5,
        numbers={},
        calibrated_at=timezone.now(),
        is_in_use=True,
    )


@pytest.fixture(params=[no_answers, no_arrays, no_prior, no_threshold], ids=lambda fault: fault.__name__)
def broken(request, course, at, monkeypatch):
    """A course with five sessions and an open pain alert; then some part of the curve breaks."""
    log_run(course, RUN, until=at - timedelta(days=1))
    finding = Finding("plain_rise", 1, Severity.AMBER, {"session": 5, "observed": 5})
    raise_alert(patient=course.patient, course=course, rule=Alert.Rule.PAIN, findings=[finding], at=at)
    request.param(course, monkeypatch)
    return course


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/courses/course/{course.pk}/change/",
        "/admin/courses/course/{course.pk}/log/",
        "/admin/courses/course/{course.pk}/review/",
        "/admin/courses/course/{course.pk}/end/",
        "/admin/courses/alert/{alert.pk}/change/",
        "/admin/courses/session/{session.pk}/change/",
        "/admin/courses/session/{session.pk}/correct/",
        "/admin/patients/patient/{course.patient_id}/red-flag/",
        "/dashboard/",
    ],
)
def test_staff_page_opens(broken, signed_in, practitioner, lead, path):
    found = {"course": broken, "alert": Alert.objects.get(rule="pain"), "session": broken.sessions.first()}
    response = signed_in(lead if path == "/dashboard/" else practitioner).get(path.format(**found))
    assert response.status_code == 200


@pytest.mark.parametrize("page", ["change", "log"])
@pytest.mark.parametrize(
    "broken", [no_answers, no_arrays, no_prior], indirect=True, ids=lambda fault: fault.__name__
)
def test_scores_are_shown_and_the_page_says_that_the_curve_is_missing(broken, signed_in, practitioner, page):
    html = signed_in(practitioner).get(f"/admin/courses/course/{broken.pk}/{page}/").content.decode()
    assert "The curve could not be drawn just now" in html
    assert html.count('class="chart-dot') >= len(RUN)


def test_patients_page_opens(broken, client, at, time_machine):
    time_machine.move_to(at, tick=False)
    assert client.get(check_in_path(CheckIn.objects.latest("pk"))).status_code == 200


def test_red_flag_of_a_returned_form_is_sent_and_shown(broken, signed_in, practitioner):
    sent = {**EMPTY, "form_key": FORM_KEY, "flag_trauma": "on"}
    response = signed_in(practitioner).post(f"/admin/courses/course/{broken.pk}/log/", sent)
    assert response.status_code == 422
    alert = Alert.objects.get(rule="red_flag", state="open")
    html = response.content.decode()
    assert f"/admin/courses/alert/{alert.pk}/change/" in html
    # A visit's own red flag gates the next needling, not the visit at which it was reported.
    assert alert in response.context["open_alerts"]
    assert response.context["clearance"].may_needle


def test_what_needs_no_curve_is_watched(broken, at):
    Course.objects.filter(pk=broken.pk).update(status="active")
    watch_courses(at=at + timedelta(days=60))
    assert Alert.objects.filter(course=broken, rule="lapsed").exists()


def test_review_keeps_what_was_observed(broken, practitioner, at):
    review = record_review(
        broken, entry=ReviewEntry(uuid4(), Review.Decision.CONTINUE, "well"), by=practitioner, at=at
    )
    assert review.n_scores == 2 * len(RUN)
    assert review.gain is not None


def test_session_is_saved(broken, signed_in, practitioner, at):
    form = {
        **EMPTY,
        "form_key": FORM_KEY,
        "before": 8,
        "after": 9,
        "answer_severe_pain": "yes",
        "no_red_flag": "on",
        "is_needled": "no",
        "held_at": at.strftime("%Y-%m-%dT%H:%M"),
        "practitioner": practitioner.pk,
    }
    n_before = PainScore.objects.count()
    response = signed_in(practitioner).post(f"/admin/courses/course/{broken.pk}/log/", form)
    assert response.status_code == 302
    assert PainScore.objects.count() == n_before + 2
    assert Alert.objects.filter(rule="red_flag", state="open").exists()
