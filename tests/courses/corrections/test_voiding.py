"""Voiding a session, and its consequences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from clinic.models import Message
from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedSession
from courses.corrections.voiding import void_session
from courses.models import (
    Alert,
    AlertEvent,
    Appointment,
    CheckIn,
    ClearanceOverride,
    Correction,
    PainScore,
    Reminder,
    Session,
)
from courses.reminders.links import check_in_path
from courses.sessions.log import log_session
from patients.models import NeuroCheck
from tests.factories import entry, flag, log_run, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(course, at):
    return log_visit(course, at, before=5, after=4).session


@pytest.fixture
def void(practitioner, at):
    """Voids a session."""

    def of(session, reason="wrong patient", **values):
        return void_session(session, reason=reason, by=practitioner, at=values.get("at", at))

    return of


def test_it_stays_on_file_with_who_when_and_why(session, void, practitioner, at):
    void(session)
    row = Session.every.get(pk=session.pk)
    assert (row.voided_at, row.voided_by, row.void_reason) == (at, practitioner, "wrong patient")
    assert not Session.objects.filter(pk=session.pk).exists()


def test_reason_is_required(session, void):
    with pytest.raises(ValidationError, match="Say why"):
        void(session, reason="  ")
    assert not Session.every.get(pk=session.pk).is_void


def test_second_time_says_who_did_it(session, void, practitioner):
    void(session)
    with pytest.raises(ValidationError, match=str(practitioner)):
        void(session, reason="again")


def test_database_keeps_what_was_said_of_it(session, void, refused):
    void(session)
    with refused("clinic_void_once"):
        Session.every.filter(pk=session.pk).update(voided_at=None, voided_by=None, void_reason="")
    with refused("clinic_void_once"):
        Session.every.filter(pk=session.pk).update(void_reason="nicer words")


def test_database_asks_who_and_why(session, refused, at):
    with refused("void_says_why"):
        Session.objects.filter(pk=session.pk).update(voided_at=at)


def test_its_scores_go_with_it(session, void):
    void(session)
    assert PainScore.objects.count() == 0
    assert PainScore.every.count() == 2


def test_next_session_gets_its_number(course, void, at):
    log_run(course, [(5, 4), (5, 4)], until=at - timedelta(days=1))
    second = course.sessions.get(number=2)
    void(second)
    assert log_visit(course, at).session.number == 2


def test_the_same_time_is_free_again(course, session, void, at):
    void(session)
    assert log_visit(course, at).session.held_at == at


def test_two_sessions_at_one_time_are_refused_by_name(course, session, practitioner, at):
    with pytest.raises(ValidationError, match=r"Session 1 was held at this time too \(logged by"):
        log_visit(course, at)


def test_database_refuses_two_sessions_at_one_time(course, session, refused, at):
    other = log_visit(course, at - timedelta(days=1)).session
    with refused("courses_session_one_at_a_time"):
        Session.objects.filter(pk=other.pk).update(held_at=at)


def test_correcting_to_the_time_of_another_session_is_refused(course, session, practitioner, at):
    other = log_visit(course, at - timedelta(days=1)).session
    wanted = CorrectedSession(
        version=0, reason="wrong day", held_at=at, is_needled=True, note="", scores={"before": 5, "after": 4}
    )
    with pytest.raises(ValidationError, match="held at this time too"):
        correct_session(other, wanted=wanted, by=practitioner, at=at + timedelta(hours=1))


def test_course_with_no_session_left_is_planned_again(course, session, void):
    course.refresh_from_db()
    assert course.status == "active"
    void(session)
    course.refresh_from_db()
    assert course.status == "planned"


def test_its_appointment_can_be_logged_again(course, practitioner, void, at):
    appointment = Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=practitioner,
        starts_at=at,
        ends_at=at + timedelta(minutes=30),
        booked_by=practitioner,
        booked_at=at - timedelta(days=1),
    )
    void(log_visit(course, at, appointment=appointment).session)
    appointment.refresh_from_db()
    assert appointment.status == "booked"
    assert [one.kind for one in appointment.events.all()] == ["attended", "reopened"]
    again = log_visit(course, at, appointment=appointment).session
    assert again.appointment == appointment


def test_check_ins_are_revoked_and_their_mail_is_cancelled(client, session, void):
    links = [check_in_path(one) for one in session.check_ins.all()]
    void(session)
    assert CheckIn.objects.count() == 0
    assert set(Reminder.objects.values_list("state", "refused_because")) == {("cancelled", "session_voided")}
    assert set(Message.objects.filter(kind="reminder").values_list("state", flat=True)) == {"cancelled"}
    assert [client.get(link).status_code for link in links] == [410, 410]


def test_red_flag_stays_open_and_says_why_the_session_is_void(course, void, at):
    session = log_visit(course, at, flags=(flag(course.clinic, "skin_infect"),)).session
    void(session, reason="typed into the wrong tab")
    alert = Alert.objects.get(rule="red_flag")
    assert alert.state == "open"
    note = alert.events.get(kind=AlertEvent.Kind.NOTED).detail["note"]
    assert "typed into the wrong tab" in note


def test_pain_alert_that_rested_on_it_closes_as_corrected(course, void, at):
    log_run(course, [(2, 2), (2, 2), (2, 2)], until=at - timedelta(days=4))
    session = log_visit(course, at, before=9, after=9).session
    alert = Alert.objects.get(rule="pain")
    void(session)
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("resolved", "data_corrected")


def test_pain_alert_that_rests_on_another_session_too_stays(course, void, at):
    log_run(course, [(2, 2), (2, 2), (2, 2)], until=at - timedelta(days=8))
    log_visit(course, at - timedelta(days=4), before=9, after=9)
    void(log_visit(course, at, before=9, after=9).session)
    assert Alert.objects.get(rule="pain").state == "open"


def test_check_that_was_entered_with_it_is_void_too(course, patient, practitioner, void, at):
    session = log_visit(course, at, neuro_check="normal").session
    assert NeuroCheck.objects.filter(patient=patient).count() == 1
    void(session)
    assert NeuroCheck.objects.filter(patient=patient).count() == 0


def test_override_that_it_spent_can_be_used_again(course, lead, practitioner, void, at):
    given = ClearanceOverride.objects.create(
        clinic=course.clinic,
        course=course,
        codes=["x"],
        valid_on=at.date(),
        reason="known",
        given_by=lead,
        given_at=at,
    )
    session = log_visit(course, at).session
    given.refresh_from_db()
    assert given.session == session
    void(session)
    given.refresh_from_db()
    assert given.session is None


def test_form_sent_again_does_not_bring_it_back(course, practitioner, void, at):
    form = entry(at, by=practitioner)
    session = log_session(course, entry=form, by=practitioner, at=at).session
    void(session)
    logged = log_session(course, entry=form, by=practitioner, at=at)
    assert (logged.session, logged.is_new) == (session, False)
    assert course.sessions.count() == 0


def test_void_session_is_not_corrected(session, void, practitioner, at):
    void(session)
    wanted = CorrectedSession(version=0, reason="x", held_at=at, is_needled=True, note="", scores={"before": 3})
    with pytest.raises(ValidationError, match="void"):
        correct_session(session, wanted=wanted, by=practitioner, at=at)
    assert Correction.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_void_it_at_once_one_is_refused(course, practitioner, lead, at, at_once):
    session = log_visit(course, at).session

    def act(by):
        return lambda: void_session(session, reason=f"by {by}", by=by, at=at)

    answers = at_once(act(practitioner), act(lead))
    assert sorted(type(one).__name__ for one in answers) == ["Session", "ValidationError"]
    with transaction.atomic():
        assert Session.every.get(pk=session.pk).is_void


class TestPages:
    """The same through the screens."""

    def url(self, name, session):
        return f"/admin/courses/session/{session.pk}/{name}/"

    def test_void_asks_and_shows_it_struck_through(self, signed_in, practitioner, session):
        client = signed_in(practitioner)
        page = client.get(self.url("void", session)).content.decode()
        assert str(session.course.patient) in page
        assert "born" in page
        assert client.post(self.url("void", session), {"reason": ""}).status_code == 422
        answer = client.post(self.url("void", session), {"reason": "wrong patient"}, follow=True)
        html = answer.content.decode()
        assert "was voided by Practitioner Tree" in html
        assert "is-void" in html
        course_page = client.get(f"/admin/courses/course/{session.course_id}/change/").content.decode()
        assert "Void entries" in course_page
        assert "wrong patient" in course_page

    def test_second_send_is_answered_by_what_was_done(self, signed_in, practitioner, session):
        client = signed_in(practitioner)
        client.post(self.url("void", session), {"reason": "wrong patient"})
        again = client.post(self.url("void", session), {"reason": "wrong patient"}, follow=True)
        assert "was voided by Practitioner Tree" in again.content.decode()

    def test_page_that_is_out_of_date_is_sent_back_once(self, signed_in, practitioner, lead, session, at):
        client = signed_in(practitioner)
        Correction.objects.create(
            clinic=session.clinic,
            session=session,
            field="note",
            before="",
            after="x",
            reason="x",
            corrected_by=lead,
            corrected_at=at,
        )
        form = {"reason": "wrong patient", "version": "0"}
        page = client.post(self.url("void", session), form)
        assert page.status_code == 422
        assert "corrected while this page was open" in page.content.decode()
        assert "wrong patient" in page.content.decode()
        version = page.context["form"]["version"].value()
        assert client.post(self.url("void", session), {**form, "version": version}).status_code == 302

    def test_list_shows_void_ones_when_asked(self, signed_in, practitioner, session, void):
        void(session)
        client = signed_in(practitioner)
        plain = client.get("/admin/courses/session/")
        asked = client.get("/admin/courses/session/?void=yes")
        assert [page.context["cl"].result_count for page in (plain, asked)] == [0, 1]
