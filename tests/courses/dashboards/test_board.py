"""The state of a clinic's courses."""

from __future__ import annotations

import uuid
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.alerts.responding import acknowledge
from courses.dashboards.board import MAX_CURVES, N_WEEKS, board
from courses.models import Alert, CheckIn, Course, Reminder
from courses.sessions.red_flags.recording import report_red_flags
from courses.watching.findings import watch_courses
from patients.models import Patient
from tests.factories import CourseFactory, as_test_patients, cleared_patient, flag, log_run, log_visit, make_clinic

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
BAD = [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)]
NO_RELIEF = [(7, 7), (7, 7), (8, 7), (8, 8), (8, 8)]


@pytest.fixture
def another(clinic, practitioner, at):
    """Make more courses, each of a patient of its own."""

    def make(**values) -> Course:
        patient = cleared_patient(clinic, by=practitioner, at=at - 60 * DAY)
        return CourseFactory(patient=patient, practitioner=practitioner, **values)

    return make


def report(course, code, at):
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, code)],
        form_key=uuid.uuid4(),
        by=course.practitioner,
        at=at,
    )


def counts(found):
    return {one.status: one.n_courses for one in found.statuses}


def test_courses_are_counted_by_status(course, another, manager, at):
    another(status="planned")
    another(status="completed", ended_on=at.date())
    another(status="completed", ended_on=at.date())
    assert counts(board(manager, at=at)) == {"planned": 1, "active": 1, "on_hold": 0, "completed": 2, "stopped": 0}


def test_check_ins_are_counted_answered_of_sent_by_day(course, manager, at):
    log_run(course, [(6, 5), (5, 4), (5, 4)], until=at - 4 * DAY)
    Reminder.objects.update(state="sent")
    Reminder.objects.filter(check_in__session__number=3, kind="check_in_day3").update(state="planned")
    CheckIn.objects.filter(kind="day1", session__number__lte=2).update(answered_at=at)
    rates = {one.label: (one.n_answered, one.n_sent) for one in board(manager, at=at).check_ins}
    assert rates == {"next day": (2, 3), "day 3": (0, 2)}


def test_check_ins_of_invented_patients_are_not_counted(course, manager, at):
    log_visit(course, at - 4 * DAY)
    Reminder.objects.update(state="sent")
    as_test_patients(Patient.objects.all())
    assert [one.n_sent for one in board(manager, at=at).check_ins] == [0, 0]


def test_sessions_are_counted_by_the_clinics_weeks(course, manager, at):
    """Sunday 23:30 in UTC is Monday in Berlin."""
    monday = at.replace(hour=8) - 2 * DAY
    for held_at in (monday - 9 * timedelta(hours=1), monday, monday - WEEK, at - 20 * DAY):
        log_visit(course, held_at, after=None)
    found = board(manager, at=at)
    assert [bar.value for bar in found.weeks[-4:]] == [1, 0, 1, 2]
    assert found.n_sessions_this_week == 2
    assert len(found.weeks) == N_WEEKS


def test_weeks_before_the_first_are_not_counted(course, manager, at):
    Course.objects.update(starts_on=at.date() - 200 * DAY)
    course.refresh_from_db()
    log_visit(course, at - N_WEEKS * WEEK - 3 * DAY, is_needled=False, after=None)
    assert sum(bar.value for bar in board(manager, at=at).weeks) == 0


def test_open_alerts_come_most_pressing_first(course, another, manager, lead, at):
    log_run(course, BAD, until=at)
    report(another(), "trauma", at)
    taken = another()
    report(taken, "cardiac", at)
    acknowledge(Alert.objects.get(course=taken), by=lead, at=at, seen=2**40, way="admin")
    found = board(manager, at=at)
    assert [alert.severity for alert in found.alerts] == ["E1", "red", "E0"]
    assert found.n_alerts == 3


def test_resolved_alerts_are_gone(course, manager, at):
    report(course, "trauma", at)
    Alert.objects.update(state="resolved", resolved_at=at, outcome="advised", next_step_at=None)
    found = board(manager, at=at)
    assert (found.alerts, found.n_attention) == ((), 0)


def test_courses_off_track_are_listed_apart_from_alerts(course, manager, at):
    log_run(course, NO_RELIEF, until=at)
    Alert.objects.all().update(state="resolved", resolved_at=at, outcome="advised", next_step_at=None)
    watch_courses(at=at)
    found = board(manager, at=at)
    assert [alert.course for alert in found.off_track] == [course]
    assert found.n_alerts == 0


def test_each_course_that_needs_a_look_has_its_curve_once(course, manager, at):
    log_run(course, BAD, until=at)
    report(course, "trauma", at)
    found = board(manager, at=at)
    (one,) = found.attention
    assert one.course == course
    assert {alert.rule for alert in one.alerts} == {"pain", "red_flag"}
    assert ElementTree.fromstring(one.chart).get("class") == "chart curve-chart"


def test_curves_are_few_and_the_rest_is_counted(another, manager, at):
    for _n in range(MAX_CURVES + 2):
        report(another(), "pain_72h", at)
    found = board(manager, at=at)
    assert (len(found.attention), found.n_attention) == (MAX_CURVES, MAX_CURVES + 2)


def test_alert_without_a_course_needs_no_curve(patient, practitioner, manager, at):
    report_red_flags(
        patient=patient,
        course=None,
        flags=[flag(patient.clinic, "trauma")],
        form_key=uuid.uuid4(),
        by=practitioner,
        at=at,
    )
    found = board(manager, at=at)
    assert (found.n_alerts, found.attention) == (1, ())


def test_nothing_of_another_clinic_is_counted(manager, stranger, at):
    other = make_clinic("Mill")
    patient = cleared_patient(other, by=stranger, at=at - 60 * DAY)
    report(CourseFactory(patient=patient, practitioner=stranger), "trauma", at)
    found = board(manager, at=at)
    assert sum(one.n_courses for one in found.statuses) == found.n_alerts == found.n_attention == 0


def test_empty_clinic_has_an_empty_board(manager, at):
    found = board(manager, at=at)
    assert (found.n_sessions_this_week, found.alerts, found.off_track, found.attention) == (0, (), (), ())


def test_board_takes_the_same_queries_for_one_and_three(course, another, signed_in, manager, at, time_machine):
    def n_queries():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/dashboard/").status_code == 200
        return len(queries)

    time_machine.move_to(at, tick=False)
    client = signed_in(manager)
    log_run(course, BAD, until=at)
    # The first page after sign-in records when somebody was last here.
    n_queries()
    alone = n_queries()
    for _n in range(2):
        log_run(another(), BAD, until=at)
    assert n_queries() == alone


@pytest.mark.parametrize(
    ("role", "status"), [("manager", 200), ("lead", 200), ("practitioner", 403), ("front_desk", 403)]
)
def test_page_is_for_leads_and_managers(request, signed_in, role, status):
    assert signed_in(request.getfixturevalue(role)).get("/dashboard/").status_code == status


def test_page_shows_what_the_board_says(course, signed_in, manager, at, time_machine):
    time_machine.move_to(at, tick=False)
    log_run(course, BAD, until=at)
    page = signed_in(manager).get("/dashboard/").content.decode()
    assert str(course.patient) in page
    assert "sessions this week" in page
    assert "style=" not in page
