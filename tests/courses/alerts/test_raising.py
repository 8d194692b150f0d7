"""One open alert per matter, a message for every new report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Message
from courses.alerts.raising import raise_alert
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.models import Alert, Course
from courses.rules.facts import Finding, Severity
from patients.models import Patient
from tests.factories import as_test_patients

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
PEOPLE = ["practitioner", "lead"]


@pytest.fixture
def take_on(lead, at):
    """The lead acknowledges."""
    return lambda alert: acknowledge(alert, by=lead, at=at + MINUTE, seen=last_news(alert), way="admin")


@pytest.fixture
def close(lead, at):
    """The lead resolves."""

    def make(alert, *, at=at + MINUTE):
        outcome = Alert.Outcome.ADVISED
        return resolve(alert, outcome=outcome, note="Phoned.", by=lead, at=at, seen=last_news(alert))

    return make


class TestFirst:
    def test_red_flag_alerts_practitioner_and_lead_at_once(self, report, told, at):
        alert = report("trauma")
        assert told(alert, "raised") == PEOPLE
        assert set(Message.objects.values_list("due_at", "is_urgent")) == {(at, True)}

    def test_pain_waits_five_minutes_for_a_correction(self, find, told, at):
        alert = find("red")
        assert told(alert) == ["practitioner"]
        assert Message.objects.get().due_at == at + 5 * MINUTE
        assert not Message.objects.get().is_urgent

    def test_severity_is_the_highest_found(self, course, cast, at):
        findings = [
            Finding(rule, 1, Severity(level)) for rule, level in (("drift", "amber"), ("plain_rise", "red"))
        ]
        alert = raise_alert(patient=course.patient, course=course, rule=Alert.Rule.PAIN, findings=findings, at=at)
        assert alert.severity == "red"
        assert [finding["rule"] for finding in alert.findings] == ["drift", "plain_rise"]

    def test_next_step_is_the_earliest_of_its_times(self, report):
        alert = report("trauma")
        assert alert.next_step_at == min(alert.repeat_at, alert.escalate_at)

    def test_chain_is_frozen_as_it_was(self, report, cast, manager):
        alert = report()
        manager.deactivated_at = alert.raised_at
        manager.save()
        alert.refresh_from_db()
        assert [step["step"] for step in alert.chain] == ["practitioner", "duty_lead", "manager", "all_managers"]
        assert [step["members"] for step in alert.chain] == [[member.pk] for member in (*cast, manager)]

    def test_patient_without_a_course_has_alerts_too(self, report, told):
        alert = report("trauma", on=None)
        assert alert.course is None
        assert "lead" in told(alert)


class TestIdentity:
    def test_all_pain_rules_are_one_matter(self, find):
        assert find("amber", observed=6) == find("amber", observed=7)
        assert Alert.objects.count() == 1

    def test_each_flag_is_a_matter_of_its_own(self, report):
        assert report("trauma") != report("bleeding")

    def test_same_flag_in_another_course_is_another_matter(self, report):
        assert report("trauma") != report("trauma", on=None)

    def test_after_resolved_a_new_alert_points_to_the_old(self, report, close, at):
        first = close(report())
        second = report(at=at + timedelta(days=1))
        assert second != first
        assert second.predecessor == first


class TestReportedAgain:
    def test_alerts_everybody_at_once(self, report, told, at):
        report()
        alert = report(at=at + MINUTE)
        assert told(alert, "reported_again") == PEOPLE
        assert set(Message.objects.filter(due_at=at + MINUTE).values_list("is_urgent", flat=True)) == {True}

    def test_reopens_what_was_acknowledged(self, report, take_on, at):
        take_on(report())
        alert = report(at=at + 10 * MINUTE)
        assert (alert.state, alert.acknowledged_by, alert.acknowledged_at) == ("open", None, None)

    def test_restarts_repeat_and_escalation(self, report, take_on, at):
        take_on(report())
        alert = report(at=at + 10 * MINUTE)
        assert alert.repeat_at == at + 25 * MINUTE
        assert alert.lapses_at is None
        assert alert.next_step_at == min(alert.repeat_at, alert.escalate_at)

    def test_lower_level_leaves_the_higher(self, report, at):
        report("swelling_neck", answer="yes")
        alert = report("swelling_neck", answer="no", at=at + MINUTE)
        assert alert.severity == "E0"

    def test_higher_level_raises_it(self, report, at):
        report("swelling_neck", answer="no")
        alert = report("swelling_neck", answer="yes", at=at + MINUTE)
        assert alert.severity == "E0"
        assert len(alert.findings) == 2


class TestFurtherFinding:
    def test_same_finding_twice_changes_nothing(self, find, kinds):
        first = find("amber")
        again = find("amber")
        assert (again.findings, again.next_step_at) == (first.findings, first.next_step_at)
        assert kinds(again) == ["raised"]

    def test_no_worse_is_noted_and_alerts_nobody(self, find, kinds, told):
        find("red")
        alert = find("amber", observed=6)
        assert kinds(alert) == ["raised", "finding_added"]
        assert (alert.severity, told(alert)) == ("red", ["practitioner"])

    def test_no_worse_leaves_an_acknowledgement(self, find, take_on):
        take_on(find("red"))
        alert = find("amber", observed=6)
        assert (alert.state, alert.lapses_at) == ("acknowledged", alert.next_step_at)

    def test_worse_alerts_again(self, find, kinds, told, at):
        find("amber")
        alert = find("red", observed=9, at=at + 2 * MINUTE)
        assert alert.severity == "red"
        assert kinds(alert) == ["raised", "severity_raised"]
        assert told(alert, "severity_raised") == ["practitioner"]

    def test_worse_breaks_through_an_acknowledgement(self, find, take_on):
        take_on(find("amber"))
        alert = find("red", observed=9)
        assert (alert.state, alert.acknowledged_by) == ("open", None)


class TestNobodyIsPaged:
    def test_for_a_training_patient(self, course, report, find):
        as_test_patients(Patient.objects.all())
        course.patient.refresh_from_db()
        assert {report("cardiac").severity, find("red").severity} == {"E0", "red"}
        assert not Message.objects.exists()

    def test_for_a_review(self, find, told):
        alert = find("review")
        assert told(alert) == []
        assert alert.next_step_at is not None


@pytest.mark.parametrize("status", [Course.Status.COMPLETED, Course.Status.STOPPED, Course.Status.ON_HOLD])
def test_red_flag_pages_whatever_the_course_is(course, report, told, at, status):
    is_over = status != Course.Status.ON_HOLD
    Course.objects.update(
        status=status, ended_on=at.date() if is_over else None, hold_reason="" if is_over else "x"
    )
    assert told(report("trauma")) == PEOPLE
