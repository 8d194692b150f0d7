"""Two at once: the result is the same as one after the other."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from courses.alerts.responding import acknowledge
from courses.models import Alert, RedFlagReport, Session
from courses.sessions.log import log_session
from courses.sessions.red_flags.recording import report_red_flags
from tests.factories import entry, flag

pytestmark = pytest.mark.django_db(transaction=True)


def test_same_form_sent_twice_at_once_saves_one_session(course, practitioner, at, at_once):
    one = entry(at, by=practitioner, form_key=uuid.uuid4(), flags=(flag(course.clinic, "trauma"),))
    logged = at_once(*[lambda: log_session(course, entry=one, by=practitioner, at=at)] * 2)
    assert sorted(result.is_new for result in logged) == [False, True]
    assert Session.objects.count() == RedFlagReport.objects.count() == 1


def test_two_forms_at_once_are_two_sessions_with_numbers_of_their_own(course, practitioner, at, at_once):
    def log(minutes):
        visit = entry(at - timedelta(minutes=minutes), by=practitioner)
        return lambda: log_session(course, entry=visit, by=practitioner, at=at)

    at_once(log(0), log(30))
    assert sorted(Session.objects.values_list("number", flat=True)) == [1, 2]


def test_two_reports_of_one_sign_at_once_are_one_alert_that_knows_both(course, practitioner, lead, at, at_once):
    def report():
        told = [flag(course.clinic, "trauma")]
        report_red_flags(
            patient=course.patient, course=course, flags=told, form_key=uuid.uuid4(), by=practitioner, at=at
        )

    at_once(report, report)
    kinds = Alert.objects.get().events.exclude(report=None).values_list("kind", flat=True)
    assert sorted(kinds) == ["raised", "reported_again"]


def test_two_who_acknowledge_at_once_are_one_and_the_same_answer(course, practitioner, lead, at, at_once):
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, "trauma")],
        form_key=uuid.uuid4(),
        by=practitioner,
        at=at,
    )
    alert = Alert.objects.get()
    answers = at_once(
        *[lambda by=by: acknowledge(alert, by=by, at=at, seen=2**40, way="admin") for by in (practitioner, lead)]
    )
    assert len({answer.acknowledged_by_id for answer in answers}) == 1
    assert alert.events.filter(kind="acknowledged").count() == 1
