"""Alerts that end without an answer, and those that must not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Message
from clinic.outbox.deliver import deliver_due
from courses.alerts.raising import raise_alert
from courses.alerts.settling import sweep_closed_courses
from courses.alerts.steps import sweep
from courses.models import Alert, Course, PainScore
from courses.plans.lifecycle import end_course
from courses.rules.facts import Finding, Severity
from tests.factories import log_run, log_visit

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DOWN = [(6, 5), (5, 4), (5, 4), (4, 3)]


@pytest.fixture
def breached(course, at):
    """Four visits with falling scores, then a rise far above the band twelve days ago."""
    log_run(course, DOWN, until=at - 16 * DAY)
    log_visit(course, at - 12 * DAY, before=4, after=9)
    return Alert.objects.get(rule="pain")


def state(alert: Alert) -> str:
    alert.refresh_from_db()
    return alert.state


class TestPain:
    def test_two_sessions_running_within_the_frozen_band_settle_it(self, breached, at):
        log_visit(breached.course, at - 8 * DAY, before=4, after=3)
        assert state(breached) == "open"
        log_visit(breached.course, at - 4 * DAY, before=4, after=3)
        assert (state(breached), breached.outcome) == ("resolved", "settled")

    def test_is_an_event_by_nobody(self, breached, at):
        for days in (8, 4):
            log_visit(breached.course, at - days * DAY, before=4, after=3)
        event = breached.events.get(kind="resolved")
        assert (event.by, event.old_state, event.new_state) == (None, "open", "resolved")

    @pytest.mark.parametrize("after", [6, 7])
    def test_one_worse_session_between_restarts_the_count(self, breached, at, after):
        for days, score in ((8, 3), (4, after), (0, 3)):
            log_visit(breached.course, at - days * DAY, before=4, after=score)
        assert state(breached) != "resolved"

    def test_session_without_a_score_of_that_timing_breaks_the_run(self, breached, at):
        for days, score in ((8, 3), (6, None), (4, 3)):
            log_visit(breached.course, at - days * DAY, before=4, after=score)
        assert state(breached) != "resolved"

    @pytest.mark.parametrize("befores", [(4, 4, 4, 4, 8), (8, 8, 8, 8, 8), (4, 6, 7, 8, 8)])
    def test_pain_that_stays_high_never_settles_itself(self, course, at, befores):
        """5, 5, 4, 4, 8, 8, 8, 8, 8: whatever the before-scores, a later curve has absorbed the rise."""
        afters = [5, 5, 4, 4, 8, 8, 8, 8, 8]
        pairs = list(zip([5, 5, 5, 5, *befores], afters, strict=True))
        log_run(course, pairs, until=at)
        log_run(course, [(8, 8)] * 6, until=at + 40 * DAY)
        assert [alert.state for alert in Alert.objects.filter(rule="pain")] == ["open"]

    def test_without_a_frozen_band_a_person_decides(self, course, at):
        """The curve had no answer when the alert was raised."""
        log_run(course, [(4, 9), (4, 3), (4, 3), (4, 3), (4, 3)], until=at)
        assert Alert.objects.get(rule="pain").state == "open"

    def test_acknowledged_settles_too(self, breached, at):
        Alert.objects.filter(pk=breached.pk).update(state="acknowledged", acknowledged_at=at)
        for days in (8, 4):
            log_visit(breached.course, at - days * DAY, before=4, after=3)
        assert state(breached) == "resolved"

    def test_sessions_entered_late_from_before_the_alert_do_not_count(self, course, at):
        log_run(course, DOWN, until=at - 16 * DAY)
        log_visit(course, at - 4 * DAY, before=4, after=9)
        for days in (14, 12):
            log_visit(course, at - days * DAY, at=at, before=4, after=3)
        assert Alert.objects.get(rule="pain").state == "open"

    def test_later_breach_is_a_new_alert_that_follows_it(self, breached, at):
        for days in (8, 4):
            log_visit(breached.course, at - days * DAY, before=4, after=3)
        log_visit(breached.course, at, before=4, after=9)
        assert Alert.objects.get(rule="pain", state="open").predecessor == breached

    def test_never_a_red_flag(self, report, breached, at):
        flag_alert = report("trauma", at=at - 11 * DAY)
        Course.objects.update(status="active")
        for days in (8, 4, 0):
            log_visit(breached.course, at - days * DAY, before=3, after=2, is_needled=False)
        assert state(flag_alert) == "open"

    def test_failure_there_keeps_session_and_alert(self, breached, at, monkeypatch):
        monkeypatch.setattr("courses.alerts.settling.has_settled", lambda *_, **__: 1 / 0)
        for days in (8, 4):
            log_visit(breached.course, at - days * DAY, before=4, after=3)
        assert state(breached) == "open"
        assert PainScore.objects.filter(course=breached.course).count() == 14


class TestClosedCourse:
    @pytest.fixture
    def ended(self, breached, lead, at):
        """The course ends after staff were alerted."""
        breached.events.create(clinic=breached.clinic, kind="sent", happened_at=at, new_state="open")
        end_course(breached.course, status=Course.Status.STOPPED, reason="moved away", on=at.date(), at=at)
        return breached

    def test_alert_is_closed_with_it_and_staff_are_informed(self, ended, told, at):
        assert sweep_closed_courses(at=at) == 1
        assert (state(ended), ended.outcome) == ("resolved", "course_closed")
        assert told(ended, "resolved") == ["practitioner"]

    def test_word_of_it_is_still_due_when_it_is_sent(self, ended, at, smtp):
        sweep_closed_courses(at=at)
        deliver_due(clock=lambda: at)
        assert Message.objects.get(state="sent").subject_id == ended.events.get(kind="resolved").pk

    def test_twice_changes_nothing(self, ended, at):
        sweep_closed_courses(at=at)
        assert sweep_closed_courses(at=at) == 0

    def test_red_flag_stays(self, report, course, at):
        alert = report("trauma")
        end_course(course, status=Course.Status.STOPPED, reason="moved away", on=at.date(), at=at)
        course.refresh_from_db()
        assert sweep_closed_courses(at=at) == 0
        assert state(alert) == "open"

    def test_needling_without_clearance_still_needs_a_person_s_answer(self, course, lead, at):
        finding = Finding("needled_without_clearance", 1, Severity.RED, {"because": "no_consent"})
        rule = Alert.Rule.UNCLEARED
        alert = raise_alert(patient=course.patient, course=course, rule=rule, findings=[finding], at=at)
        end_course(course, status=Course.Status.STOPPED, reason="moved away", on=at.date(), at=at)
        assert sweep_closed_courses(at=at) == 0
        assert state(alert) == "open"

    def test_open_course_keeps_its_alerts(self, breached, at):
        assert sweep_closed_courses(at=at) == 0


class TestLateEntry:
    def test_waits_for_the_digest(self, course, at):
        log_run(course, DOWN, until=at - 20 * DAY)
        log_visit(course, at - 8 * DAY, at=at, before=4, after=9)
        alert = Alert.objects.get(rule="pain")
        assert (alert.is_quiet, alert.severity, alert.escalate_at) == (True, "red", None)
        assert not Message.objects.filter(kind="staff_alert").exists()
        assert sweep(at=alert.next_step_at) == 1
        assert not Message.objects.filter(kind="staff_alert").exists()

    def test_a_week_old_pages(self, course, at):
        log_run(course, DOWN, until=at - 20 * DAY)
        log_visit(course, at - 7 * DAY, at=at, before=4, after=9)
        assert Message.objects.filter(kind="staff_alert").exists()

    def test_next_live_finding_pages(self, course, at, told):
        log_run(course, DOWN, until=at - 20 * DAY)
        log_visit(course, at - 8 * DAY, at=at, before=4, after=9)
        log_visit(course, at, before=4, after=9)
        alert = Alert.objects.get(rule="pain")
        assert not alert.is_quiet
        assert told(alert, "finding_added") == ["practitioner"]

    def test_does_not_disturb_an_answer(self, course, at):
        log_run(course, [(5, 4), (4, 9)], until=at)
        Alert.objects.update(state="acknowledged", acknowledged_at=at)
        log_visit(course, at - 9 * DAY, at=at, before=4, after=10)
        assert Alert.objects.get(rule="pain").state == "acknowledged"
