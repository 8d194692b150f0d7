"""Logging a session: completely or not at all, with its consequences."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message
from courses.models import Alert, Appointment, CheckIn, Course, PainScore, RedFlagReport, Session
from courses.outlook import time_limit
from courses.sessions import judging
from courses.sessions.log import log_session
from courses.sessions.verdict import BandPosition
from patients.models import Consent
from tests.factories import entry, flag, log_run, log_visit

pytestmark = pytest.mark.django_db


def test_session_scores_and_number_are_saved(course, at):
    logged = log_visit(course, at, before=6, after=5)
    assert logged.session.number == 1
    assert list(course.scores.values_list("timing", "score")) == [("before", 6), ("after", 5)]


def test_same_form_saves_once(course, practitioner, at):
    one = entry(at, by=practitioner, form_key=uuid.uuid4(), flags=(flag(course.clinic, "swelling_neck"),))
    first = log_session(course, entry=one, by=practitioner, at=at)
    second = log_session(course, entry=one, by=practitioner, at=at)
    assert (first.is_new, second.is_new) == (True, False)
    assert Session.objects.count() == RedFlagReport.objects.count() == Alert.objects.count() == 1


def test_future_session_is_refused_by_name_of_field(course, practitioner, at):
    with pytest.raises(ValidationError) as caught:
        log_session(course, entry=entry(at + timedelta(minutes=1), by=practitioner), by=practitioner, at=at)
    assert "held_at" in caught.value.message_dict


def test_session_before_the_course_is_refused(course, practitioner, at):
    early = at - timedelta(days=51)
    with pytest.raises(ValidationError, match="cannot be earlier"):
        log_session(course, entry=entry(early, by=practitioner), by=practitioner, at=at)


@pytest.mark.parametrize("beside", ["nobody", "themselves"])
def test_needling_that_nobody_supervised_is_a_breach(course, practitioner, lead, at, beside):
    practitioner.is_supervised, practitioner.supervisor = True, lead
    practitioner.save()
    supervised_by = practitioner if beside == "themselves" else None
    with pytest.raises(ValidationError, match="name who supervises"):
        log_visit(course, at, by=practitioner, supervised_by=supervised_by)
    logged = log_visit(course, at, supervised_by=supervised_by, uncleared_reason="The lead was called away.")
    assert logged.session.is_uncleared
    assert Alert.objects.get(rule="uncleared").course == course


def test_needling_under_supervision_is_none(course, practitioner, lead, at):
    practitioner.is_supervised, practitioner.supervisor = True, lead
    practitioner.save()
    assert not log_visit(course, at, supervised_by=lead).session.is_uncleared


def test_planned_course_becomes_active_and_appointment_kept(course, practitioner, at):
    Course.objects.filter(pk=course.pk).update(status=Course.Status.PLANNED)
    appointment = Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=practitioner,
        starts_at=at,
        ends_at=at + timedelta(minutes=30),
        booked_by=practitioner,
        booked_at=at,
    )
    log_visit(course, at, appointment=appointment)
    course.refresh_from_db()
    appointment.refresh_from_db()
    assert (course.status, appointment.status) == (Course.Status.ACTIVE, Appointment.Status.KEPT)


def test_verdict_is_kept_with_the_score(course, at):
    logged = log_run(course, [(6, 5), (6, 5), (5, 4), (5, 4)], until=at)[-1]
    assert logged.verdicts[1].position == BandPosition.IN_BAND
    kept = PainScore.objects.get(session=logged.session, timing="after").expected
    assert kept["standing"] == "in_band"
    assert kept["low90"] <= 4 <= kept["high90"]


def test_curve_has_no_estimate_at_first(course, at):
    verdict = log_visit(course, at).verdicts[0]
    assert (verdict.position, verdict.have, verdict.need) == (BandPosition.CANNOT_TELL, 1, 3)


def test_score_far_above_raises_one_pain_alert(course, at):
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at)
    alert = Alert.objects.get(course=course)
    assert (alert.rule, alert.severity) == (Alert.Rule.PAIN, "red")
    assert {finding["rule"] for finding in alert.findings} >= {"beyond_bounds", "plain_rise"}


def test_alert_stores_its_calculation(course, at):
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at)
    evidence = Alert.objects.get(course=course).findings[0]["evidence"]
    assert evidence["observed"] == 9
    assert {"expected", "low90", "high90", "one_in", "prior", "n_scores"} <= evidence.keys()


def test_flare_inside_the_band_is_no_alert(course, at):
    log_run(course, [(6, 5), (6, 6), (7, 6), (6, 5)], until=at)
    assert not Alert.objects.exists()


def test_check_in_is_planned_for_the_next_morning(course, at):
    session = log_visit(course, at).session
    check_in = CheckIn.objects.get(session=session, kind="day1")
    message = Message.objects.filter(kind="reminder").earliest("due_at")
    assert message.subject_id == check_in.reminder.pk
    assert course.clinic.local(message.due_at).strftime("%Y-%m-%d %H:%M") == "2026-03-12 10:00"


def test_needling_without_clearance_asks_why(course, practitioner, at):
    _withdraw_treatment_consent(course, practitioner, at)
    with pytest.raises(ValidationError) as caught:
        log_visit(course, at)
    assert "not consented" in " ".join(caught.value.message_dict["uncleared_reason"])
    assert not Session.objects.exists()


def test_needled_without_clearance_is_saved_as_that_and_alerts_the_lead(course, practitioner, lead, at):
    _withdraw_treatment_consent(course, practitioner, at)
    session = log_visit(course, at, uncleared_reason="emergency relief").session
    alert = Alert.objects.get(course=course)
    assert session.is_uncleared
    assert (alert.rule, alert.severity) == (Alert.Rule.UNCLEARED, "red")
    assert Message.objects.get(kind="staff_alert").recipient == f"membership:{lead.pk}"


def test_visit_without_needling_is_saved_whatever_the_clearance(course, practitioner, at):
    _withdraw_treatment_consent(course, practitioner, at)
    logged = log_visit(course, at, is_needled=False, after=None, flags=(flag(course.clinic, "cardiac"),))
    assert logged.session.clearance["verdict"] == "blocked"
    assert [report.level for report in logged.reports] == ["E0"]


@pytest.mark.parametrize("failure", ["raises", "hangs", "is not a number"])
def test_failing_curve_costs_no_session_and_no_red_flag(course, at, monkeypatch, failure):
    log_run(course, [(6, 5), (6, 5), (5, 4)], until=at - timedelta(days=4))
    _break_curve(monkeypatch, failure)
    logged = log_visit(course, at, before=5, after=9, flags=(flag(course.clinic, "cardiac"),))
    assert [verdict.position for verdict in logged.verdicts] == [BandPosition.ERROR, BandPosition.ERROR]
    assert set(Alert.objects.values_list("rule", flat=True)) == {"red_flag", "pain"}
    pain = Alert.objects.get(rule="pain")
    assert [finding["rule"] for finding in pain.findings] == ["plain_rise", "floor"]


def test_red_flag_holds_the_course(course, at):
    log_visit(course, at, flags=(flag(course.clinic, "swelling_neck"),))
    course.refresh_from_db()
    assert course.status == Course.Status.ON_HOLD
    assert course.hold_reason.startswith("E0")


def test_pain_findings_join_an_open_severe_pain_alert(course, at):
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=at - timedelta(days=4))
    log_visit(course, at, before=4, after=9, flags=(flag(course.clinic, "severe_pain", answer="yes"),))
    alert = Alert.objects.get()
    assert (alert.rule, alert.flag_code) == (Alert.Rule.RED_FLAG, "severe_pain")
    assert alert.events.filter(kind="finding_added").exists()


def _withdraw_treatment_consent(course, practitioner, at):
    Consent.objects.create(
        clinic=course.clinic,
        patient=course.patient,
        stream=Consent.Stream.TREATMENT,
        is_given=False,
        how=Consent.How.SPOKEN,
        text_version="x",
        language="en",
        recorded_by=practitioner,
        recorded_at=at,
    )


def _break_curve(monkeypatch, failure):
    if failure == "raises":
        monkeypatch.setattr(judging, "expectation", lambda *args, **kwargs: 1 / 0)
    elif failure == "hangs":
        monkeypatch.setattr(time_limit, "SECONDS", 0.01)
        monkeypatch.setattr(judging, "expectation", lambda *args, **kwargs: __import__("time").sleep(0.5))
    else:
        real = judging.expectation
        broken = lambda *args, **kwargs: _with_nan(real(*args, **kwargs))  # noqa: E731
        monkeypatch.setattr(judging, "expectation", broken)


def _with_nan(found):
    return type(found)(**{**found.__dict__, "mean": float("nan")})
