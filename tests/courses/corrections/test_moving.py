"""Moving a session to the course where it belongs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message
from courses.corrections.moving import move_session
from courses.models import Alert, AlertEvent, Needling, Point, RedFlagReport, Session
from courses.sessions.entry import NeedlingEntry
from patients.models import NeuroCheck
from tests.factories import CourseFactory, cleared_patient, flag, log_run, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(clinic, practitioner, at):
    """A course of another patient."""
    patient = cleared_patient(clinic, by=practitioner, at=at - timedelta(days=60))
    return CourseFactory(patient=patient, practitioner=practitioner, starts_on=(at - timedelta(days=50)).date())


@pytest.fixture
def second(patient, practitioner, at):
    """A second course of the same patient."""
    return CourseFactory(
        patient=patient,
        practitioner=practitioner,
        starts_on=(at - timedelta(days=50)).date(),
        complaint="Headache",
    )


@pytest.fixture
def move(lead, at):
    """Move a session to a course."""

    def to(session, course, reason="wrong patient"):
        return move_session(session, to=course, reason=reason, by=lead, at=at + timedelta(minutes=5))

    return to


def test_content_people_and_times_go_along(course, other, move, practitioner, at):
    point = Point.objects.for_clinic(course.clinic).get(code="GB20")
    needlings = (NeedlingEntry(point=point, side=Needling.Side.BOTH, depth_mm=15),)
    session = log_visit(course, at, before=6, after=3, needlings=needlings, symptoms={"stiffness": 2}).session
    moved = move(session, other)
    assert (moved.held_at, moved.logged_by, moved.logged_at, moved.practitioner) == (
        session.held_at,
        practitioner,
        session.logged_at,
        practitioner,
    )
    assert [(one.timing, one.score) for one in moved.scores.all()] == [("before", 6), ("after", 3)]
    assert [(one.point, one.depth_mm) for one in moved.needlings.all()] == [(point, 15)]
    assert [(one.code, one.grade) for one in moved.symptoms.all()] == [("stiffness", 2)]


def test_it_is_void_where_it_was_and_linked_both_ways(course, other, move, lead, at):
    session = log_visit(course, at).session
    moved = move(session, other)
    session.refresh_from_db()
    assert (session.is_void, session.voided_by, moved.moved_from) == (True, lead, session)
    assert session.moved_to == moved
    assert (course.sessions.count(), other.sessions.count()) == (0, 1)


def test_other_patient_gets_the_red_flag_and_the_first_one_stays_open(course, other, move, at):
    session = log_visit(course, at, flags=(flag(course.clinic, "skin_infect"),)).session
    move(session, other)
    reports = RedFlagReport.objects.order_by("pk")
    assert [one.patient for one in reports] == [course.patient, other.patient]
    alerts = Alert.objects.filter(rule="red_flag").order_by("pk")
    assert [(one.patient, one.state, one.is_quiet) for one in alerts] == [
        (course.patient, "open", False),
        (other.patient, "open", False),
    ]
    notes = alerts[0].events.filter(kind=AlertEvent.Kind.NOTED)
    assert any("another patient" in one.detail["note"] for one in notes)
    assert not any(str(other.patient) in one.detail["note"] for one in notes)


def test_red_flag_in_another_course_of_the_same_patient_is_not_sent_twice(course, second, move, at):
    session = log_visit(course, at, flags=(flag(course.clinic, "skin_infect"),)).session
    move(session, second)
    assert RedFlagReport.objects.count() == 1
    assert Alert.objects.get(rule="red_flag").state == "open"


def test_pain_is_listed_there_and_pages_nobody(course, other, move, at):
    log_run(other, [(2, 2), (2, 2), (2, 2)], until=at - timedelta(days=4))
    session = log_visit(course, at, before=9, after=9).session
    n_mails = Message.objects.filter(kind="staff_alert").count()
    move(session, other)
    alert = Alert.objects.get(rule="pain", course=other)
    assert alert.is_quiet
    assert Message.objects.filter(kind="staff_alert", state="pending").count() <= n_mails


def test_needling_that_is_not_cleared_there_is_listed(course, other, move, at):
    other.patient.consents.create(
        clinic=other.clinic,
        stream="treatment",
        is_given=False,
        how="spoken",
        text_version="1",
        language="en",
        recorded_by=other.practitioner,
        recorded_at=at - timedelta(days=1),
    )
    moved = move(log_visit(course, at).session, other)
    assert moved.is_uncleared
    assert Alert.objects.get(course=other, rule="uncleared").is_quiet


def test_check_goes_along(course, other, move, at):
    move(log_visit(course, at, neuro_check="normal").session, other)
    assert NeuroCheck.objects.get().patient == other.patient


def test_check_ins_are_asked_of_the_right_patient(course, other, move, at):
    moved = move(log_visit(course, at).session, other)
    assert moved.check_ins.count() == 2
    assert set(course.reminders.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("why", ["same course", "before it starts", "same time"])
def test_refused_where_it_cannot_belong(course, other, move, at, why):
    session = log_visit(course, at).session
    target = {"same course": course}.get(why, other)
    if why == "before it starts":
        other.starts_on = (at + timedelta(days=1)).date()
        other.save()
    if why == "same time":
        log_visit(other, at)
    with pytest.raises(ValidationError):
        move(session, target)
    session.refresh_from_db()
    assert not session.is_void


def test_void_session_is_not_moved(course, other, second, move, at):
    session = log_visit(course, at).session
    move(session, other)
    with pytest.raises(ValidationError, match="voided by"):
        move(session, second)
    assert Session.objects.count() == 1


def test_page_finds_the_course_and_moves(signed_in, lead, course, other, at):
    session = log_visit(course, at).session
    client, url = signed_in(lead), f"/admin/courses/session/{session.pk}/move/"
    assert str(other.patient) not in client.get(url).content.decode()
    found = client.get(url, {"q": other.patient.family_name}).content.decode()
    assert str(other.patient) in found
    assert client.post(url, {"course": other.pk}).status_code == 422
    page = client.post(url, {"course": other.pk, "reason": "wrong patient"}, follow=True)
    assert "Moved here by" in page.content.decode()
    old = client.get(f"/admin/courses/session/{session.pk}/change/").content.decode()
    assert str(other.patient) in old


def test_course_of_another_clinic_is_no_choice(signed_in, lead, course, stranger, at):
    theirs = CourseFactory(
        patient=cleared_patient(stranger.clinic, by=stranger, at=at), practitioner=stranger, starts_on=at.date()
    )
    session = log_visit(course, at).session
    url = f"/admin/courses/session/{session.pk}/move/"
    assert signed_in(lead).post(url, {"course": theirs.pk, "reason": "x"}).status_code == 422
    assert theirs.sessions.count() == 0
