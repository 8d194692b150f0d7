"""The auditor: finds what is not on its way, restarts it, and reports it until it is fixed."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Fault, Heartbeat, Message, User
from clinic.outbox.deliver import deliver_due
from courses.alerts.audit.auditor import audit_alerts
from courses.alerts.audit.health import alerts_health
from courses.alerts.responding import acknowledge, last_news
from courses.models import Alert
from patients.models import Patient
from tests.factories import CourseFactory, PatientFactory, as_test_patients

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def faults() -> list[tuple[str, bool]]:
    found = Fault.objects.exclude(kind=Fault.Kind.UNREACHED).order_by("pk")
    return [(fault.kind, fault.gone_at is None) for fault in found]


@pytest.fixture
def mute(monkeypatch):
    """No message is made for reports inside."""

    @contextmanager
    def silently():
        with monkeypatch.context() as patch:
            patch.setattr("courses.alerts.steps.enqueue_all", lambda _messages, at: None)
            yield

    return silently


def test_all_is_well(report, find, at):
    report("cardiac")
    find("red")
    assert audit_alerts(at=at) == 0
    assert Heartbeat.objects.get(name="auditor").beaten_at == at


def test_steps_that_a_stop_made_late_are_no_fault(report, find, at):
    report("cardiac")
    find("amber")
    assert audit_alerts(at=at + 3 * HOUR) == 0
    assert faults() == []


def test_alert_that_breaks_in_every_sweep_is_restarted(report, kinds, at):
    """Each failure postpones its next step: only its clocks show that it is stuck."""
    alert = report("cardiac")
    Alert.objects.filter(pk=alert.pk).update(chain=[{"step": "practitioner"}])
    assert audit_alerts(at=at + 12 * MINUTE) == 1
    alert.refresh_from_db()
    assert faults() == [("stuck", True)]
    assert "rearmed" in kinds(alert)
    assert alert.next_step_at > at + 12 * MINUTE
    assert audit_alerts(at=at + 13 * MINUTE) == 0
    assert faults() == [("stuck", False)]


def test_lost_acknowledgement_expiry_is_found(report, lead, kinds, at):
    alert = acknowledge(report("cardiac"), by=lead, at=at, seen=2**40, way="admin")
    Alert.objects.update(next_step_at=at + 100 * HOUR)
    audit_alerts(at=at + 2 * HOUR)
    assert kinds(alert)[-2:] == ["rearmed", "lapsed"]
    assert Alert.objects.get().state == "open"


def test_report_without_a_message_is_sent(report, told, mute, at):
    with mute():
        alert = report("cardiac")
    audit_alerts(at=at + MINUTE)
    assert faults() == [("untold", True)]
    assert sorted(told(alert)) == ["lead", "practitioner"]
    assert audit_alerts(at=at + 2 * MINUTE) == 0


def test_alert_that_can_reach_nobody_stays_a_fault(report, at):
    User.objects.update(email="")
    report("cardiac")
    assert [audit_alerts(at=at + n * MINUTE) for n in (1, 2, 3)] == [1, 1, 1]
    assert faults() == [("untold", True)]
    assert not alerts_health(at=at + 3 * MINUTE).is_well


def test_is_sent_as_soon_as_somebody_can_be_reached(report, told, at):
    User.objects.update(email="")
    alert = report("cardiac")
    audit_alerts(at=at + MINUTE)
    User.objects.filter(username="lead").update(email="lead@example.org")
    audit_alerts(at=at + 2 * MINUTE)
    assert told(alert, "raised") == ["lead"]
    assert audit_alerts(at=at + 3 * MINUTE) == 0


@pytest.mark.parametrize("severity", ["amber", "red"])
def test_silenced_alert_is_no_fault(find, mute, at, severity):
    with mute():
        find(severity)
    Alert.objects.update(silenced_until=at + HOUR, next_step_at=at + HOUR, repeat_at=None, escalate_at=None)
    assert audit_alerts(at=at + MINUTE) == 0


def test_review_and_training_are_sent_to_nobody_and_no_fault(find, course, at):
    as_test_patients(Patient.objects.all())
    course.patient.refresh_from_db()
    find("red")
    assert audit_alerts(at=at + MINUTE) == 0


class TestUndelivered:
    @pytest.fixture
    def given_up(self, report, smtp, at) -> Alert:
        """A red flag for which every mail was refused for good."""
        alert = report("cardiac")
        smtp.answer = "552 5.2.2 mailbox full"
        deliver_due(clock=lambda: at)
        return alert

    def test_is_an_alarm_until_somebody_gets_a_mail(self, given_up, smtp, at):
        assert audit_alerts(at=at) == 1
        assert ("undelivered", True) in faults()
        smtp.answer = "250 taken"
        deliver_due(clock=lambda: at + 20 * MINUTE)
        assert audit_alerts(at=at + 20 * MINUTE) == 0

    def test_ends_with_an_answer(self, given_up, lead, at):
        audit_alerts(at=at)
        acknowledge(given_up, by=lead, at=at, seen=last_news(given_up), way="admin")
        assert audit_alerts(at=at + MINUTE) == 0

    def test_is_tried_again(self, given_up, smtp, at):
        """Refused addresses are skipped, but still written to."""
        smtp.answer = "250 taken"
        audit_alerts(at=at + 6 * MINUTE)
        deliver_due(clock=lambda: at + 6 * MINUTE)
        assert {"practitioner@example.org", "lead@example.org"} <= {mail["To"] for mail in smtp.mails}


def test_failure_that_the_history_does_not_know_moves_the_alert_on(report, kinds, at):
    alert = report("cardiac")
    Message.objects.update(state="failed", settled_at=at, error="HTTP")
    audit_alerts(at=at + MINUTE)
    assert kinds(alert).count("undeliverable") == 2
    assert Alert.objects.get().chain_position > 0
    audit_alerts(at=at + 2 * MINUTE)
    assert kinds(alert).count("undeliverable") == 2


class TestHealth:
    def test_waiting_alert_that_nobody_audits(self, report, at):
        report("cardiac")
        assert alerts_health(at=at + 10 * MINUTE).is_well
        assert not alerts_health(at=at + 16 * MINUTE).is_well

    def test_auditor_that_stopped(self, at):
        Heartbeat.beat("auditor", at=at - 16 * MINUTE)
        assert not alerts_health(at=at).is_well

    def test_says_how_many_of_what(self, at):
        Fault.find(Fault.Kind.STUCK, "alert:1", at=at)
        assert alerts_health(at=at).detail == "1 stuck"


def test_command_lists_the_faults(report, time_machine, at):
    User.objects.update(email="")
    alert = report("cardiac")
    time_machine.move_to(at + MINUTE, tick=False)
    out = io.StringIO()
    call_command("audit_alerts", stdout=out)
    assert f"alert:{alert.pk}" in out.getvalue()
    assert out.getvalue().endswith("1 faults open\n")


@pytest.mark.django_db(transaction=True)
def test_two_auditors_at_once_send_once(report, told, mute, at, at_once):
    with mute():
        alert = report("cardiac")
    at_once(*[lambda: audit_alerts(at=at + MINUTE)] * 2)
    assert sorted(told(alert)) == ["lead", "practitioner"]
    assert Fault.objects.count() == 1


def test_cost_does_not_grow_with_healthy_alerts(report, find, practitioner, at):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert audit_alerts(at=at + MINUTE) == 0
        return len(asked)

    def report_one_of_each() -> int:
        for code in ("trauma", "cardiac", "pain_72h"):
            patient = PatientFactory(clinic=practitioner.clinic)
            report(code, on=CourseFactory(patient=patient, practitioner=practitioner))
        return queries()

    find("red")
    report_one_of_each()
    assert report_one_of_each() == report_one_of_each()
    assert Alert.objects.count() == 10


def test_database_keeps_every_message(report, refused):
    report("cardiac")
    with refused("clinic_kept"):
        Message.objects.all().delete()
