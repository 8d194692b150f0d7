"""After a clock was set back no alert waits for the difference."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Fault, Message
from courses.alerts.audit.auditor import audit_alerts
from courses.alerts.audit.rewinding import rewind
from courses.alerts.responding import acknowledge, last_news
from courses.alerts.snoozing import silence, snooze
from courses.alerts.steps import PAUSE_AFTER_FAILURE, sweep
from courses.models import Alert

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def steps(kinds):
    """Set back, audited at the true time, then swept every minute: which steps an alert took."""

    def take(alert: Alert, *, at, within: timedelta) -> list[str]:
        n_before = len(kinds(alert))
        audit_alerts(at=at)
        for minute in range(int(within / MINUTE) + 1):
            sweep(at=at + minute * MINUTE)
        return kinds(alert)[n_before:]

    return take


def test_repeat_and_next_person_of_an_emergency_come_within_their_interval(report, steps, at):
    alert = report("cardiac", at=at + 8 * HOUR)
    assert steps(alert, at=at, within=5 * MINUTE) == ["rearmed", "escalated"]


def test_repeat_comes_if_nobody_else_is_alerted(report, kinds, at):
    alert = report("cardiac", at=at + 8 * HOUR)
    for minute in (5, 15, 25):
        sweep(at=at + 8 * HOUR + minute * MINUTE)
    assert "exhausted" in kinds(alert)
    audit_alerts(at=at)
    sweep(at=at + 5 * MINUTE)
    assert kinds(alert)[-1] == "repeated"


def test_acknowledgement_expires_after_its_own_time_and_not_at_once(report, lead, steps, at):
    alert = acknowledge(report("cardiac", at=at + 8 * HOUR), by=lead, at=at + 8 * HOUR, seen=2**40, way="admin")
    assert steps(alert, at=at, within=59 * MINUTE) == ["rearmed"]
    assert Alert.objects.get().state == "acknowledged"
    sweep(at=at + HOUR)
    assert Alert.objects.get().state == "open"


def test_snooze_ends_no_later_than_an_answer_would(find, lead, at):
    ahead = at + 30 * DAY
    snooze(find("red", at=ahead), until=ahead + 23 * HOUR, reason="Later.", by=lead, at=ahead)
    rewind(at=at)
    assert Alert.objects.get().next_step_at == at + DAY


def test_silence_ends_within_a_fortnight(find, lead, at):
    ahead = at + 30 * DAY
    find("amber", at=ahead)
    silence(by=lead, reason="Holiday.", ends_at=ahead + 14 * DAY, at=ahead)
    rewind(at=at)
    assert Alert.objects.get().silenced_until == at + 14 * DAY


@pytest.mark.parametrize(("severity", "minutes"), [("red", 5), ("amber", 5), ("C", 0)])
def test_first_message_waits_for_its_own_time_only(find, at, severity, minutes):
    find(severity, at=at + 8 * HOUR)
    audit_alerts(at=at)
    assert set(Message.objects.values_list("due_at", flat=True)) == {at + minutes * MINUTE}


def test_first_message_at_night_still_waits_for_opening(find, office_hours, at):
    night = at.replace(hour=21)
    find("red", at=night + 20 * HOUR)
    audit_alerts(at=night)
    assert set(Message.objects.values_list("due_at", flat=True)) == {night.replace(hour=7, minute=5) + DAY}


def test_alert_that_failed_and_was_pushed_ahead_is_taken_up(report, at):
    report("cardiac")
    Alert.objects.update(next_step_at=at + 8 * HOUR)
    rewind(at=at + 6 * MINUTE)
    assert sweep(at=at + 6 * MINUTE) == 1


def test_alert_that_failed_just_now_waits_its_pause(report, at):
    report("cardiac")
    late = at + 6 * MINUTE
    Alert.objects.update(next_step_at=late + PAUSE_AFTER_FAILURE)
    assert rewind(at=late) == 0


def test_is_counted_and_no_alarm(report, at):
    report("cardiac", at=at + 8 * HOUR)
    assert audit_alerts(at=at) == 0
    assert [(one.kind, one.gone_at) for one in Fault.objects.all()] == [("clock", at)]


@pytest.mark.parametrize("severity", ["E2", "red", "amber", "C", "review"])
@pytest.mark.parametrize("hours", [0, 3, 13, 61])
def test_clock_that_runs_well_changes_nothing(find, kinds, lead, office_hours, at, severity, hours):
    alert = find(severity, at=at)
    if hours % 2:
        acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="admin")
    sweep(at=at + hours * HOUR)
    before = Alert.objects.values_list("repeat_at", "escalate_at", "lapses_at", "next_step_at").get()
    assert rewind(at=at + hours * HOUR) == 0
    assert Alert.objects.values_list("repeat_at", "escalate_at", "lapses_at", "next_step_at").get() == before
    assert "rearmed" not in kinds(alert)


def test_looking_again_sets_nothing_again(report, at):
    report("cardiac", at=at + 8 * HOUR)
    assert [rewind(at=at + n * MINUTE) > 0 for n in range(3)] == [True, False, False]
