"""No page stays shut because the curve fails: through them red flags are reported and answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.alerts.raising import raise_alert
from courses.models import Alert, CheckIn, PainScore
from courses.reminders.links import check_in_path
from courses.rules.facts import Finding, Severity
from tests.factories import log_run

pytestmark = pytest.mark.django_db

RUN = [(7, 6), (6, 6), (6, 5), (5, 5), (5, 4)]


@pytest.fixture
def broken(course, at, monkeypatch):
    """A course with five sessions and an open pain alert; from now on every answer of the curve fails."""
    log_run(course, RUN, until=at - timedelta(days=1))
    finding = Finding("plain_rise", 1, Severity.AMBER, {"session": 5, "observed": 5})
    raise_alert(patient=course.patient, course=course, rule=Alert.Rule.PAIN, findings=[finding], at=at)
    for answer in ("next_score", "bands", "relief", "shape", "peak"):
        monkeypatch.setattr(f"courses.curve.CoursePosterior.{answer}", lambda *_, **__: 1 / 0)
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
def test_scores_are_shown_and_the_page_says_that_the_curve_is_missing(broken, signed_in, practitioner, page):
    html = signed_in(practitioner).get(f"/admin/courses/course/{broken.pk}/{page}/").content.decode()
    assert "The curve could not be drawn just now" in html
    assert html.count('class="chart-dot') >= len(RUN)


def test_patients_page_opens(broken, client, at, time_machine):
    time_machine.move_to(at, tick=False)
    assert client.get(check_in_path(CheckIn.objects.latest("pk"))).status_code == 200


def test_session_is_saved(broken, signed_in, practitioner, at):
    form = {
        "form_key": "7d2d5a4e-0000-4000-8000-000000000001",
        "before": 8,
        "after": 9,
        "answer_severe_pain": "yes",
        "no_red_flag": "on",
        "held_at": at.strftime("%Y-%m-%dT%H:%M"),
        "practitioner": practitioner.pk,
        "needling-TOTAL_FORMS": 0,
        "needling-INITIAL_FORMS": 0,
    }
    n_before = PainScore.objects.count()
    response = signed_in(practitioner).post(f"/admin/courses/course/{broken.pk}/log/", form)
    assert response.status_code == 302
    assert PainScore.objects.count() == n_before + 2
    assert Alert.objects.filter(rule="red_flag", state="open").exists()
