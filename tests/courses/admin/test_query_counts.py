"""No list and no page asks the database more when there is more to show."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.alerts.responding import add_note
from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedNeedling, CorrectedSession, version_of
from courses.measures.entry import ItemScore, MeasuresEntry
from courses.measures.recording import record_measures
from courses.models import AdverseEventItem, AftercareMeasure, Alert, Appointment, Letter, Review
from courses.reviews.reviewing import ReviewEntry, record_review
from courses.sessions.lists import session_lists
from patients.file_corrections import Subject, correct_record
from patients.file_corrections import version_of as file_version
from patients.intake import record_neuro_check
from patients.models import NeuroCheck
from tests.factories import CourseFactory, cleared_patient, flag, log_run, log_visit

pytestmark = pytest.mark.django_db

LISTS = (
    "/admin/",
    "/admin/courses/course/",
    "/admin/courses/alert/",
    "/admin/courses/silence/",
    "/admin/courses/rulesettings/",
    "/admin/clinic/duty/",
    "/admin/courses/session/",
    "/admin/courses/appointment/",
    "/admin/patients/patient/",
    "/admin/clinic/membership/",
    "/dashboard/",
)


@pytest.fixture
def client_of_lead(signed_in, lead):
    client = signed_in(lead)
    client.get("/admin/")
    return client


@pytest.mark.parametrize("path", LISTS)
def test_list_asks_the_same_for_one_and_for_three(client_of_lead, clinic, practitioner, path):
    _live_through(clinic, practitioner)
    one = _n_queries(client_of_lead, path)
    for _more in range(2):
        _live_through(clinic, practitioner)
    assert _n_queries(client_of_lead, path) == one


@pytest.mark.parametrize("page", ["change", "log"])
def test_course_page_asks_the_same_for_two_and_for_six_sessions(client_of_lead, clinic, practitioner, page):
    course = _live_through(clinic, practitioner)
    path = f"/admin/courses/course/{course.pk}/{page}/"
    few = _n_queries(client_of_lead, path)
    now = timezone.now()
    for minutes in (40, 30, 20, 10):
        log_visit(course, now - timedelta(minutes=minutes), is_needled=False)
    assert _n_queries(client_of_lead, path) == few


def test_course_page_asks_the_same_for_one_and_for_three_reviews_and_letters(
    client_of_lead, clinic, practitioner, lead
):
    course = _live_through(clinic, practitioner)
    _look_at(course, lead)
    one = _n_queries(client_of_lead, f"/admin/courses/course/{course.pk}/change/")
    for _more in range(2):
        _look_at(course, lead)
    assert _n_queries(client_of_lead, f"/admin/courses/course/{course.pk}/change/") == one


HISTORIES = {
    "session": "/admin/courses/session/{session}/change/",
    "patient": "/admin/patients/patient/{patient}/change/",
    "correct": "/admin/courses/session/{session}/correct/",
    "alert": "/admin/courses/alert/{alert}/change/",
}


@pytest.mark.parametrize("page", HISTORIES)
def test_history_asks_the_same_for_one_and_for_three_corrections(client_of_lead, clinic, practitioner, lead, page):
    course = _live_through(clinic, practitioner)
    session, alert = course.sessions.last(), Alert.objects.get(course=course)
    path = HISTORIES[page].format(session=session.pk, patient=course.patient_id, alert=alert.pk)
    _correct_all(session, alert, by=practitioner, value=1)
    client_of_lead.get(path)
    one = _n_queries(client_of_lead, path)
    for value in (2, 3):
        _correct_all(session, alert, by=lead, value=value)
    assert _n_queries(client_of_lead, path) == one


def test_correction_shown_meanwhile_asks_the_same_for_one_and_for_three(client_of_lead, clinic, practitioner):
    course = _live_through(clinic, practitioner)
    session, alert = course.sessions.last(), Alert.objects.get(course=course)
    seen = version_of(session)
    _correct_all(session, alert, by=practitioner, value=1, has_points=False)
    # The clinic's lists are cached between requests.
    session_lists(session.clinic)
    one = _n_queries_of_stale(client_of_lead, session, seen)
    for value in (2, 3):
        _correct_all(session, alert, by=practitioner, value=value, has_points=False)
    assert _n_queries_of_stale(client_of_lead, session, seen) == one


def _n_queries_of_stale(client, session, version):
    """An edit that comes too late."""
    values = {"version": version, "reason": "late", "held_at": f"{session.held_at:%Y-%m-%dT%H:%M}"}
    scores = {f"score_{one.timing}": one.score for one in session.scores.all()}
    with CaptureQueriesContext(connection) as queries:
        page = client.post(f"/admin/courses/session/{session.pk}/correct/", {**values, **scores})
    assert page.status_code == 409, page.context["form"].errors
    return len(queries)


def _correct_all(session, alert, *, by, value, has_points=True):
    """Score, points, event, aftercare, details, the patient's file; and a note on the alert."""
    now, patient = timezone.now(), session.course.patient
    event = AdverseEventItem.objects.for_clinic(session.clinic)[value]
    measure = AftercareMeasure.objects.for_clinic(session.clinic)[value]
    wanted = CorrectedSession(
        version=version_of(session),
        reason="read the wrong line",
        held_at=session.held_at,
        is_needled=session.is_needled,
        note=f"note {value}",
        scores={"after": value},
        details={"rested_minutes": value},
        needlings=(CorrectedNeedling(None, {"ashi_site": f"spot {value}", "side": "left"}),) * has_points,
        adverse_event_ids=frozenset({event.pk}),
        aftercare_ids=frozenset({measure.pk}),
    )
    correct_session(session, wanted=wanted, by=by, at=now)
    assert session.corrections.filter(corrected_at=now).count() == 5 + has_points
    check = patient.neuro_checks.first() or record_neuro_check(
        patient=patient, checked_on=now.date(), result=NeuroCheck.Result.NORMAL, by=by, at=now
    )
    correct_record(
        patient,
        subject=Subject.CHECK,
        subject_id=check.pk,
        values={"note": f"note {value}"},
        version=file_version(patient, Subject.CHECK, check.pk),
        reason="of the other patient",
        by=by,
        at=now,
    )
    add_note(alert, note=f"called, {value}", by=by, at=now)


def _look_at(course, by):
    """A review, measures, a letter."""
    now = timezone.now()
    record_review(course, entry=ReviewEntry(uuid4(), Review.Decision.CONTINUE), by=by, at=now)
    scores = (ItemScore("peg_one", "", 5), ItemScore("rom", "flexion", 40))
    record_measures(course, entry=MeasuresEntry(uuid4(), "review", scores), by=by, at=now)
    Letter.objects.create(
        clinic=course.clinic, patient=course.patient, course=course, kind="summary", addressee="Dr. Ilex",
        written_by=by, written_at=now, pdf=b"%PDF-",
    )  # fmt: skip


def _live_through(clinic, practitioner):
    """A patient with a course, sessions, an alert, and an appointment today."""
    now = timezone.now()
    patient = cleared_patient(clinic, by=practitioner, at=now - timedelta(days=30))
    course = CourseFactory(patient=patient, practitioner=practitioner, starts_on=(now - timedelta(days=25)).date())
    log_run(course, [(6, 5), (5, 4)], until=now - timedelta(days=1))
    log_visit(course, now - timedelta(hours=1), flags=(flag(clinic, "skin_infect"),))
    n_before = Appointment.objects.count()
    starts_at = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(minutes=10 * n_before)
    Appointment.objects.create(
        clinic=clinic,
        course=course,
        practitioner=practitioner,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=10),
        booked_by=practitioner,
        booked_at=now,
    )
    return course


def _n_queries(client, path):
    # Whatever is read once for a clinic is read by the first.
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
