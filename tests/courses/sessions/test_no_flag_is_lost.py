"""In all circumstances, every reported red flag is a report with an alert and a mail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.models import Clinic, Duty, Membership, Message, OpeningHours
from courses.alerts.levels import lower_level
from courses.alerts.raising import raise_alert
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.alerts.snoozing import silence, snooze
from courses.checkins.page import emergency_of
from courses.dry_runs.pain_rules import set_bounds, try_bounds
from courses.models import Alert, AlertThreshold, CheckIn, Course, Level, RedFlagReport
from courses.plans.course_state import clearance_for
from courses.rules.bounds import LIMITS
from courses.rules.facts import Finding, Severity
from courses.sessions import judging
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in, log_session
from courses.sessions.red_flags.recording import report_red_flags
from patients.clearance import ReasonCode
from patients.intake import record_consent
from patients.models import Consent, Patient
from tests.factories import as_test_patients, entry, flag, log_run

pytestmark = pytest.mark.django_db

CODES = ["cardiac", "trauma", "lhermitte", "cancer_wtloss", "pain_72h", "severe_pain", "swelling_neck"]
STATUSES = list(Course.Status)
SCORES = st.none() | st.integers(0, 10)


@st.composite
def circumstances(draw: st.DrawFn) -> dict[str, Any]:
    """How flags are reported, and everything that might block them."""
    answers = st.sampled_from(["", "yes", "no", "usual", "new", "known"])
    return {
        "way": draw(st.sampled_from(["session", "check_in", "phone"])),
        "flags": draw(st.dictionaries(st.sampled_from(CODES), answers, min_size=1, max_size=4)),
        "before": draw(SCORES),
        "after": draw(SCORES),
        "is_needled": draw(st.booleans()),
        "is_consent_withdrawn": draw(st.booleans()),
        "is_unsubscribed": draw(st.booleans()),
        "is_training": draw(st.booleans()),
        "status": draw(st.sampled_from(STATUSES)),
        "curve": draw(st.sampled_from(["works", "raises", "gives nothing"])),
        "budget": draw(st.sampled_from([None, 0, 100])),
        "earlier_alert": draw(st.sampled_from([None, "open", "acknowledged", "lowered", "resolved often"])),
        "is_silenced": draw(st.booleans()),
        "is_pain_snoozed": draw(st.booleans()),
        "bounds": draw(st.sampled_from([None, "loosest"])),
        "rota": draw(st.sampled_from([None, "gap", "left"])),
        "has_office_hours": draw(st.booleans()),
        "hour": draw(st.sampled_from([3, 10, 22])),
        "times_sent": draw(st.integers(1, 2)),
    }


@pytest.fixture
def check_in(course, at) -> CheckIn:
    """About the last of three visits, yesterday."""
    log_run(course, [(6, 5), (5, 4), (5, 4)], until=at - timedelta(days=1))
    return CheckIn.objects.latest("pk")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=circumstances())
def test_every_reported_flag_is_stored_and_sent(course, check_in, practitioner, lead, manager, at, case):
    at = at.replace(hour=case["hour"])
    with forgotten(), pytest.MonkeyPatch.context() as monkeypatch:
        put_in_the_way(course, practitioner, lead, case, monkeypatch, at=at - timedelta(hours=1))
        key = uuid.uuid4()
        for _n in range(case["times_sent"]):
            tell(Course.objects.get(pk=course.pk), check_in, practitioner, case, key, at=at)
        reports = RedFlagReport.objects.filter(form_key=key)
        assert {report.flag.code for report in reports} == set(case["flags"])
        assert reports.count() == len(case["flags"])
        for report in reports:
            assert_told(report, is_training=case["is_training"], at=at)
        assert_nobody_needles(course, {report.level for report in reports if report.course}, at=at)
        assert_patient_is_told(course.clinic, case, {report.level for report in reports})


def assert_told(report: RedFlagReport, *, is_training: bool, at: datetime) -> None:
    """The report is an event of an open alert that is at least as severe, and has mails of its own, in time."""
    alert = Alert.objects.unresolved().get(flag_code=report.flag.code)
    event = alert.events.get(report=report)
    mails = Message.objects.filter(kind="staff_alert", subject_id=event.pk, state="pending")
    assert (alert.state, event.kind in {"raised", "reported_again"}) == ("open", True)
    assert Severity(alert.severity).rank <= Severity(report.level).rank
    if is_training:
        assert not mails.exists()
        return
    opening = alert.clinic.calendar().next_opening(at)
    due = {mail.due_at for mail in mails}
    assert due == {at if alert.severity in {"E0", "E1"} else opening}


def assert_nobody_needles(course: Course, levels: set[str], *, at: datetime) -> None:
    """While a flag of these levels is open the patient is not needled, and nobody can override it."""
    verdict = clearance_for(Course.objects.get(pk=course.pk), on=at.date())
    if levels & {"E0", "E1", "E2"}:
        assert not verdict.may_needle
        assert ReasonCode.OPEN_RED_FLAG in {reason.code for reason in verdict.reasons}


def assert_patient_is_told(clinic: Clinic, case: dict[str, Any], levels: set[str]) -> None:
    """A patient's page never says less than staff read, and needs no row for it, except for one answer.

    Only the record shows whether "my usual pain" is the first strong pain after needling.
    """
    if case["way"] != "check_in":
        return
    flags = tuple(flag(clinic, code, answer=answer) for code, answer in case["flags"].items())
    told = emergency_of(flags, levels)
    without_the_database = emergency_of(flags)
    first_after_needling = case["flags"].get("severe_pain") == "usual"
    assert first_after_needling or without_the_database == told
    pressing = levels & {"E0", "E1"}
    assert not pressing or (bool(told) and told <= min(pressing))


def put_in_the_way(course, practitioner, lead, case, monkeypatch, *, at: datetime) -> None:
    """Everything that must never stop a red flag."""
    set_the_clinic_up(course, practitioner, lead, case, at=at)
    if case["earlier_alert"]:
        live_through(course, practitioner, lead, case, at=at)
    if case["rota"] == "left":
        Membership.objects.filter(pk=lead.pk).update(deactivated_at=at)
    withdrawn = [Consent.Stream.TREATMENT] if case["is_consent_withdrawn"] else []
    withdrawn += [Consent.Stream.REMINDERS, Consent.Stream.CHECK_INS] if case["is_unsubscribed"] else []
    for stream in withdrawn:
        record_consent(
            patient=course.patient,
            stream=stream,
            is_given=False,
            how=Consent.How.SPOKEN,
            by=practitioner,
            at=at,
            shown_text=None,
        )
    if case["is_training"]:
        as_test_patients(Patient.objects.filter(pk=course.patient_id))
    is_over = case["status"] in {Course.Status.COMPLETED, Course.Status.STOPPED}
    Course.objects.filter(pk=course.pk).update(
        status=case["status"], ended_on=at.date() if is_over else None, hold_reason="travels"
    )
    if case["budget"] is not None:
        Clinic.objects.update(alert_budget_per_100=case["budget"])
        numbers = {"threshold": 1e300, "quarter_threshold": 1e300}
        AlertThreshold.objects.create(
            clinic=course.clinic, version=1, budget_per_100=case["budget"], numbers=numbers, calibrated_at=at
        )
    if case["curve"] != "works":
        failure = (lambda *_, **__: 1 / 0) if case["curve"] == "raises" else (lambda *_, **__: None)
        monkeypatch.setattr(judging, "expectation", failure)


def live_through(course, practitioner, lead, case, *, at: datetime) -> None:
    """The same flags were reported before, and answered."""
    earlier = {**case, "way": "phone", "before": None, "after": None}
    tell(course, None, practitioner, earlier, uuid.uuid4(), at=at - timedelta(minutes=1))
    by = {"by": lead, "at": at}
    for alert in Alert.objects.red_flags():
        if case["earlier_alert"] == "acknowledged":
            acknowledge(alert, seen=last_news(alert), way="admin", **by)
        if case["earlier_alert"] == "lowered" and alert.severity != "C":
            lowest = Level.E1 if alert.severity == "E0" else Level.C
            lower_level(alert, to=lowest, reason="x", findings="y", is_patient_reached=True, **by)
    if case["earlier_alert"] == "resolved often":
        for minutes in range(6):
            for alert in Alert.objects.unresolved().red_flags():
                resolve(alert, outcome=Alert.Outcome.ADVISED, note="x", seen=2**40, **by)
            tell(course, None, practitioner, earlier, uuid.uuid4(), at=at + timedelta(minutes=minutes))


def set_the_clinic_up(course, practitioner, lead, case, *, at: datetime) -> None:
    """Silences, snoozes, bounds, rota and opening hours."""
    clinic = course.clinic
    if case["has_office_hours"]:
        OpeningHours.objects.create(clinic=clinic, weekday=5, opens_at=time(9), closes_at=time(17))
    if case["rota"]:
        days = 1 if case["rota"] == "left" else -9
        Duty.objects.create(
            clinic=clinic, member=lead, starts_at=at - timedelta(days=10), ends_at=at + timedelta(days=days)
        )
    if case["bounds"]:
        loosest = {name: int(limit.high) if limit.is_whole else limit.high for name, limit in LIMITS.items()}
        set_bounds(clinic, try_bounds(clinic, loosest, at=at), reason="x", by=lead, at=at)
    if case["is_silenced"]:
        silence(by=lead, reason="x", severity="red", ends_at=at + timedelta(days=14), at=at)
    if case["is_pain_snoozed"]:
        finding = Finding("plain_rise", 1, Severity.RED, {"observed": 9})
        made = raise_alert(patient=course.patient, course=course, rule=Alert.Rule.PAIN, findings=[finding], at=at)
        snooze(made, until=at + timedelta(hours=20), reason="x", by=practitioner, at=at)


def tell(course, check_in, practitioner, case, key: uuid.UUID, *, at: datetime) -> None:
    """Report the flags in the way of the case."""
    flags = tuple(flag(course.clinic, code, answer=answer) for code, answer in case["flags"].items())
    patient = Patient.objects.get(pk=course.patient_id)
    if case["way"] == "phone":
        report_red_flags(patient=patient, course=course, flags=flags, form_key=key, by=practitioner, at=at)
    elif case["way"] == "check_in":
        told = CheckInEntry(form_key=key, score=case["after"], flags=flags)
        log_check_in(CheckIn.objects.get(pk=check_in.pk), entry=told, at=at)
    else:
        visit = entry(
            at,
            by=practitioner,
            form_key=key,
            flags=flags,
            is_needled=case["is_needled"],
            before=case["before"],
            after=case["after"],
            uncleared_reason="it took place all the same",
        )
        log_session(course, entry=visit, by=practitioner, at=at)


@contextmanager
def forgotten() -> Iterator[None]:
    """Everything written inside is rolled back, so that the next example starts like this one."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
