"""Snooze and silence: fewer messages for a while, but no alert is lost; never a red flag."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message
from courses.alerts.history import IllegalMove
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.alerts.snoozing import end_silence, silence, snooze
from courses.alerts.steps import sweep
from courses.models import Alert, Silence

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def put_off(lead, at):
    """The lead snoozes for two hours."""
    return lambda alert, *, until=at + 2 * HOUR, reason="She comes at noon.": snooze(
        alert, until=until, reason=reason, by=lead, at=at + MINUTE
    )


@pytest.fixture
def mute(lead, at):
    """The lead silences for a day."""
    return lambda **values: silence(
        **{"by": lead, "reason": "New scale.", "ends_at": at + DAY, "at": at, **values}
    )


def pending() -> int:
    return Message.objects.filter(state="pending").count()


class TestSnooze:
    def test_puts_it_off_to_its_time_and_stops_the_mail(self, find, put_off, at):
        alert = put_off(find("amber"))
        assert (alert.state, alert.next_step_at, alert.repeat_at) == ("snoozed", at + 2 * HOUR, None)
        assert pending() == 0

    def test_is_an_event_with_who_why_and_until(self, find, put_off, lead, at):
        event = put_off(find("amber")).events.get(kind="snoozed")
        assert (event.by, event.old_state, event.new_state) == (lead, "open", "snoozed")
        assert (event.detail["note"], event.detail["until"]) == (
            "She comes at noon.",
            (at + 2 * HOUR).isoformat(),
        )

    def test_ends_by_alerting_everybody_again(self, find, put_off, told, at):
        alert = put_off(find("amber"))
        assert sweep(at=at + 2 * HOUR - MINUTE) == 0
        sweep(at=at + 2 * HOUR)
        alert.refresh_from_db()
        assert (alert.state, alert.lapses_at, told(alert, "reopened")) == ("open", None, ["practitioner"])

    def test_worsening_breaks_through(self, find, put_off):
        put_off(find("amber"))
        assert find("red", observed=9).state == "open"

    def test_can_be_put_off_further(self, find, put_off, at):
        put_off(find("amber"))
        assert put_off(Alert.objects.get(), until=at + 3 * HOUR).lapses_at == at + 3 * HOUR

    @pytest.mark.parametrize("code", ["trauma", "cancer_wtloss", "pain_72h"])
    def test_never_of_a_red_flag(self, report, put_off, code):
        with pytest.raises(IllegalMove):
            put_off(report(code))
        assert Alert.objects.get().state == "open"

    def test_database_refuses_it_for_a_red_flag_too(self, report, refused, at):
        report("trauma")
        with refused("courses_alert_red_flag_never_snoozed"):
            Alert.objects.update(state="snoozed")
        with refused("courses_alert_red_flag_never_silenced"):
            Alert.objects.update(silenced_until=at)

    @pytest.mark.parametrize("days", [-1, 0, 3.1])
    def test_no_longer_than_an_acknowledgement_holds(self, find, put_off, at, days):
        with pytest.raises(ValidationError) as refusal:
            put_off(find("amber"), until=at + days * DAY)
        assert "until" in refusal.value.message_dict

    def test_asks_for_a_reason(self, find, put_off):
        with pytest.raises(ValidationError) as refusal:
            put_off(find("amber"), reason=" ")
        assert "reason" in refusal.value.message_dict

    def test_not_for_acknowledged_or_closed_alerts(self, find, put_off, lead, at):
        alert = acknowledge(find("amber"), by=lead, at=at, seen=2**40, way="admin")
        with pytest.raises(IllegalMove):
            put_off(alert)
        resolve(alert, outcome=Alert.Outcome.ADVISED, note="", by=lead, at=at, seen=2**40)
        with pytest.raises(IllegalMove):
            put_off(alert)

    def test_not_over_something_unread(self, find, lead, at):
        alert = find("amber")
        seen = last_news(alert)
        find("red", observed=9)
        with pytest.raises(IllegalMove):
            snooze(alert, until=at + HOUR, reason="x", by=lead, at=at, seen=seen)


class TestSilence:
    def test_alert_is_still_raised_and_pages_nobody(self, mute, find, at, kinds):
        mute()
        alert = find("amber")
        assert (alert.state, alert.silenced_until, alert.next_step_at) == ("open", at + DAY, at + DAY)
        assert kinds(alert) == ["raised", "silenced"]
        assert not Message.objects.exists()

    def test_mutes_what_is_open_already(self, find, mute):
        alert = find("amber")
        mute()
        alert.refresh_from_db()
        assert (pending(), alert.silenced_until is not None) == (0, True)

    def test_end_sends_what_was_muted(self, mute, find, told, at):
        mute()
        alert = find("amber")
        assert sweep(at=at + DAY - MINUTE) == 0
        sweep(at=at + DAY)
        assert told(alert, "unsilenced") == ["practitioner"]
        alert.refresh_from_db()
        assert (alert.silenced_until, alert.escalate_at is not None) == (None, True)

    def test_worse_than_its_matcher_breaks_through(self, mute, find, told):
        mute()
        alert = find("amber")
        find("red", observed=9)
        assert told(alert, "severity_raised") == ["practitioner"]

    @pytest.mark.parametrize("code", ["cardiac", "trauma", "cancer_wtloss", "pain_72h"])
    def test_never_mutes_a_red_flag(self, mute, report, told, code):
        mute(severity="red")
        alert = report(code)
        assert (alert.silenced_until, told(alert) != []) == (None, True)

    @pytest.mark.parametrize("rule", ["red_flag", "uncleared", "lapsed"])
    def test_no_matcher_names_one(self, mute, refused, rule):
        with pytest.raises(ValidationError) as refusal:
            mute(rule=rule)
        assert "rule" in refusal.value.message_dict
        made = mute()
        with refused("courses_silence_never_of_red_flags"):
            Silence.objects.filter(pk=made.pk).update(rule=rule)

    @pytest.mark.parametrize("days", [-1, 0, 14.1])
    def test_ends_within_14_days(self, mute, at, days):
        with pytest.raises(ValidationError) as refusal:
            mute(ends_at=at + days * DAY)
        assert "ends_at" in refusal.value.message_dict

    def test_database_holds_the_14_days(self, mute, refused, at):
        made = mute()
        with refused("courses_silence_ends_within_14_days"):
            Silence.objects.filter(pk=made.pk).update(ends_at=at + 15 * DAY)

    def test_asks_for_a_reason(self, mute):
        with pytest.raises(ValidationError) as refusal:
            mute(reason="  ")
        assert "reason" in refusal.value.message_dict

    def test_of_a_course_leaves_the_others(self, mute, find, course, told):
        made = mute(course=course)
        Silence.objects.filter(pk=made.pk).update(course=None, practitioner=made.by)
        assert told(find("amber")) == ["practitioner"]

    def test_of_the_treating_practitioner(self, mute, find, practitioner):
        mute(practitioner=practitioner)
        assert find("amber").silenced_until is not None

    def test_of_another_clinic_mutes_nothing(self, mute, find, stranger, told):
        mute(by=stranger)
        assert told(find("amber")) == ["practitioner"]

    def test_ended_early_sends_at_once(self, mute, find, told, lead, at):
        made = mute()
        alert = find("amber")
        end_silence(made, by=lead, at=at + HOUR)
        assert told(alert, "unsilenced") == ["practitioner"]
        made.refresh_from_db()
        assert (made.ended_at, made.ended_by) == (at + HOUR, lead)
        with pytest.raises(IllegalMove):
            end_silence(made, by=lead, at=at + HOUR)

    def test_ended_early_leaves_what_another_mutes(self, mute, find, lead, at):
        first, _second = mute(), mute(reason="Another.")
        alert = find("amber")
        end_silence(first, by=lead, at=at + HOUR)
        alert.refresh_from_db()
        assert alert.silenced_until == at + DAY

    def test_can_be_acknowledged_and_wakes_nobody_then(self, mute, find, lead, at):
        mute()
        alert = acknowledge(find("amber"), by=lead, at=at, seen=2**40, way="admin")
        assert alert.silenced_until is None
        assert sweep(at=at + DAY) == 0
