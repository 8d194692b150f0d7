"""The actions of the course page: review, measures, end, letters."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Alert, Course, Letter, LetterEvent, Measure, MeasureScore, Review
from tests.factories import log_run, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(course):
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(starts_on=(now - timedelta(days=40)).date())
    course.refresh_from_db()
    log_run(course, [(8, 7), (7, 6), (6, 5), (5, 4), (4, 3)], until=now - timedelta(days=1))
    return course


@pytest.fixture
def post(signed_in, practitioner, running):
    client = signed_in(practitioner)

    def send(name, query="", **values):
        address = reverse(f"admin:courses_{name}", args=[running.pk]) + query
        return client.post(address, {"form_key": uuid.uuid4(), **values})

    return send


def test_review_is_saved_and_leads_back(post, running):
    response = post("course_review", decision="continue")
    assert response["Location"] == reverse("admin:courses_course_change", args=[running.pk])
    assert Review.objects.get().session_number == 5


@pytest.mark.parametrize(
    ("decision", "leads_to"), [("stop", "/end/?status=stopped"), ("refer", "/letter/summary/")]
)
def test_stop_leads_on_to_the_end_and_refer_to_the_letter(post, decision, leads_to):
    assert leads_to in post("course_review", decision=decision, reason="no gain")["Location"]


def test_open_alert_comes_before_the_numbers(signed_in, running, practitioner):
    log_visit(running, timezone.now(), before=3, after=9)
    alert = Alert.objects.get(course=running)
    page = signed_in(practitioner).get(reverse("admin:courses_course_review", args=[running.pk])).content.decode()
    assert page.index(f"/admin/courses/alert/{alert.pk}/change/") < page.index("Numbers so far")
    assert "any reason not to continue" not in page


def test_review_without_a_reason_keeps_what_was_chosen(post):
    response = post("course_review", decision="change")
    assert response.status_code == 422
    assert 'value="change" id="id_decision_1" checked' in response.content.decode().replace(" required", "")
    assert not Review.objects.exists()


def test_completing_is_no_decision_of_a_review(post):
    assert post("course_review", decision="complete", reason="x").status_code == 422


def test_measures_are_saved_for_their_stage(post):
    values = {
        "psfs-1-label": "driving", "psfs-1": 4, "psfs-2-label": "sleep", "psfs-2": 5, "psfs-3-label": "work",
        "psfs-3": 3, "peg_one": 6, "ndi": 21, "ndi-unit": "points", "ndi-answered": 9, "rom-flexion": 45,
    }  # fmt: skip
    assert post("course_measures", "?stage=start", **values).status_code == 302
    rows = MeasureScore.objects.values_list("code", "item", "score", "stage")
    assert ("ndi", "", 46.7) in [(code, item, float(score)) for code, item, score, _stage in rows]
    assert {(stage) for *_rest, stage in rows} == {"start"}
    assert rows.count() == 6


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Nothing was entered. Enter at least one score."),
        ({"psfs-1": 4}, "Name the activity."),
        ({"psfs-1": 4, "psfs-1-label": "driving"}, "three to five"),
        (
            {"ndi": 46, "ndi-unit": "points", "ndi-answered": 9},
            "The highest score for this number of answered questions is 45",
        ),
        ({"peg_one": 11}, "Enter a number from 0 to 10"),
    ],
)
def test_wrong_measures_say_what_is_wrong_and_lose_nothing(post, values, said):
    response = post("course_measures", "?stage=start", **values)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert all(
        f'value="{value}"' in response.content.decode() for value in values.values() if isinstance(value, int)
    )


def test_peg_is_asked_whole_or_not_at_all(post, clinic):
    Measure.objects.for_clinic(clinic).filter(code="peg_one").update(is_offered=False)
    Measure.objects.for_clinic(clinic).filter(code="peg").update(is_offered=True)
    assert "all three" in post("course_measures", "?stage=start", **{"peg-pain": 5}).content.decode()
    assert post("course_measures", "?stage=start", **{f"peg-{i}": 5 for i in ("pain", "enjoyment", "activity")})


def test_no_impression_of_change_at_the_start(signed_in, practitioner, running):
    address = reverse("admin:courses_course_measures", args=[running.pk])
    client = signed_in(practitioner)
    assert "id_pgic" not in client.get(address + "?stage=start").content.decode()
    assert "id_pgic" in client.get(address + "?stage=review").content.decode()


def test_activities_of_the_start_are_filled_in_later(post, signed_in, practitioner, running):
    values = {f"psfs-{n}-label": f"activity {n}" for n in (1, 2, 3)} | {f"psfs-{n}": 4 for n in (1, 2, 3)}
    post("course_measures", "?stage=start", **values)
    page = signed_in(practitioner).get(reverse("admin:courses_course_measures", args=[running.pk]))
    assert 'value="activity 2"' in page.content.decode()


def test_end_of_a_course_by_its_form(post, running):
    values = {"status": "completed", "reason": "as planned", "pgic": 2, "advice": "Keep moving."}
    assert post("course_end", **values).status_code == 302
    running.refresh_from_db()
    assert (running.status, running.reviews.get().decision) == ("completed", "complete")
    assert MeasureScore.objects.get().code == "pgic"


def test_letter_is_downloaded_as_a_file_with_a_neutral_name(post, signed_in, lead, running):
    made = post("letter_summary", addressee="Dr. Ilex", message="Dear colleague")
    letter = Letter.objects.get()
    assert made["Location"] == reverse("admin:courses_letter_change", args=[letter.pk])
    response = signed_in(lead).get(reverse("admin:courses_letter_pdf", args=[letter.pk]))
    assert response["Content-Disposition"].startswith('attachment; filename="letter-')
    assert running.patient.family_name not in response["Content-Disposition"]
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "no-store" in response["Cache-Control"]
    assert list(LetterEvent.objects.values_list("kind", "by")) == [
        ("written", running.practitioner_id),
        ("downloaded", lead.pk),
    ]


def test_course_page_shows_what_was_done(post, signed_in, practitioner, running):
    post("course_review", decision="change", reason="fewer points")
    post("course_measures", "?stage=start", peg_one=6)
    page = signed_in(practitioner).get(reverse("admin:courses_course_change", args=[running.pk])).content.decode()
    for words in ("fewer points", "Limited by the neck this week", "5 of 13", "Next score after a session"):
        assert words in page


def test_course_page_of_nonsense_is_not_found(signed_in, practitioner):
    assert signed_in(practitioner).get("/admin/courses/course/nonsense/change/").status_code == 404
