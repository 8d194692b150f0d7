"""What people do with an alert: acknowledge, note, resolve."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message
from clinic.outbox.queue import claim_next
from courses.alerts.history import MOVES, IllegalMove, write_event
from courses.alerts.responding import acknowledge, add_note, last_news, resolve
from courses.models import Alert, AlertEvent

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
State = Alert.State


@pytest.fixture
def take_on(lead, at):
    """Somebody acknowledges what they saw."""

    def make(alert, *, by=lead, at=at + MINUTE, seen=None):
        return acknowledge(alert, by=by, at=at, seen=last_news(alert) if seen is None else seen, way="admin")

    return make


@pytest.fixture
def close(lead, at):
    """Somebody resolves what they saw."""

    def make(
        alert, *, by=lead, note="Phoned: seen by a doctor.", outcome=Alert.Outcome.REFERRED, seen=None, cause=""
    ):
        seen = last_news(alert) if seen is None else seen
        return resolve(alert, outcome=outcome, note=note, cause=cause, by=by, seen=seen, at=at + 2 * MINUTE)

    return make


class TestAcknowledge:
    def test_is_by_name_with_a_time_and_an_end(self, report, take_on, lead, at):
        alert = take_on(report("trauma"))
        assert (alert.state, alert.acknowledged_by, alert.acknowledged_at) == ("acknowledged", lead, at + MINUTE)
        assert alert.lapses_at == alert.next_step_at == at + MINUTE + timedelta(hours=4)
        assert (alert.repeat_at, alert.escalate_at) == (None, None)

    def test_stops_the_mail_that_waits_for_everybody(self, report, take_on):
        take_on(report("trauma"))
        assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}

    def test_leaves_the_mail_of_other_alerts(self, report, take_on):
        other = report("mood")
        take_on(report("trauma"))
        assert Message.objects.filter(group_key=f"alert:{other.pk}", state="pending").count() == 2

    def test_leaves_mail_that_is_being_sent_to_decide_for_itself(self, report, take_on, at):
        alert = report("trauma")
        claimed = claim_next(at=at)
        take_on(alert)
        claimed.refresh_from_db()
        assert claimed.state == "sending"

    def test_twice_changes_nothing(self, report, take_on, practitioner, lead, kinds):
        alert = take_on(report())
        again = take_on(alert, by=practitioner, at=alert.acknowledged_at + MINUTE)
        assert again.acknowledged_by == lead
        assert kinds(alert) == ["raised", "acknowledged"]

    def test_of_what_was_not_seen_is_refused(self, report, take_on, at):
        seen = last_news(report())
        alert = report(at=at + MINUTE)
        with pytest.raises(IllegalMove, match="Something new"):
            take_on(alert, seen=seen)
        assert Alert.objects.get().state == "open"

    def test_of_what_was_seen_is_taken_though_it_was_repeated_since(self, report, take_on, at):
        alert = report()
        seen = last_news(alert)
        write_event(alert, AlertEvent.Kind.REPEATED, at=at)
        assert take_on(alert, seen=seen).state == "acknowledged"

    def test_of_a_resolved_alert_is_refused(self, report, take_on, close):
        with pytest.raises(IllegalMove):
            take_on(close(report()))

    def test_of_a_snoozed_alert_is_taken(self, find, take_on):
        find("amber")
        Alert.objects.update(state="snoozed")
        assert take_on(Alert.objects.get()).state == "acknowledged"


class TestResolve:
    def test_is_an_end_with_outcome_cause_and_note(self, find, close, lead, at):
        alert = close(find("red"), cause=Alert.Cause.TECHNIQUE, outcome=Alert.Outcome.PLAN_CHANGED)
        assert (alert.state, alert.outcome, alert.cause) == ("resolved", "plan_changed", "technique")
        assert (alert.resolved_at, alert.next_step_at) == (at + 2 * MINUTE, None)
        event = alert.events.last()
        assert (event.kind, event.by, event.detail["note"]) == ("resolved", lead, "Phoned: seen by a doctor.")

    def test_stops_the_mail_that_waits(self, report, close):
        close(report())
        assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}

    @pytest.mark.parametrize("note", ["", "  "])
    def test_red_flag_needs_a_note(self, report, close, note):
        with pytest.raises(ValidationError) as caught:
            close(report(), note=note)
        assert "note" in caught.value.message_dict
        assert Alert.objects.get().state == "open"

    def test_red_flag_needs_a_person(self, report, close):
        with pytest.raises(ValidationError):
            close(report(), by=None)

    @pytest.mark.parametrize("outcome", ["settled", "data_corrected", "course_closed"])
    def test_red_flag_ends_as_a_person_found_it(self, report, close, outcome):
        with pytest.raises(ValidationError):
            close(report(), outcome=Alert.Outcome(outcome))

    def test_pain_may_settle_automatically_without_a_note(self, find, close):
        assert close(find("amber"), by=None, note="", outcome=Alert.Outcome.SETTLED).is_resolved

    def test_of_what_was_not_seen_is_refused(self, report, close, at):
        seen = last_news(report())
        with pytest.raises(IllegalMove, match="Something new"):
            close(report(at=at + MINUTE), seen=seen)

    def test_twice_is_refused(self, report, close):
        alert = close(report())
        with pytest.raises(IllegalMove, match="already resolved"):
            close(alert)

    def test_leaves_the_course_on_hold(self, report, close, course):
        close(report("trauma"))
        course.refresh_from_db()
        assert course.status == "on_hold"


class TestNote:
    def test_is_part_of_the_history(self, report, lead, at):
        event = add_note(report(), note="No answer, tried twice.", by=lead, at=at + MINUTE)
        assert (event.kind, event.detail["note"], event.by) == ("noted", "No answer, tried twice.", lead)

    def test_changes_nothing_else(self, report, lead, at):
        alert = report()
        add_note(alert, note="No answer.", by=lead, at=at + MINUTE)
        assert (Alert.objects.get().state, Alert.objects.get().next_step_at) == ("open", alert.next_step_at)

    def test_of_a_resolved_alert_is_kept(self, report, close, lead, at):
        assert add_note(close(report()), note="Came back well.", by=lead, at=at).new_state == "resolved"

    @pytest.mark.parametrize("note", ["", " \n"])
    def test_is_never_empty(self, report, lead, at, note):
        with pytest.raises(ValidationError):
            add_note(report(), note=note, by=lead, at=at)


class TestMoves:
    @pytest.mark.parametrize(
        ("old", "new"),
        [(State.RESOLVED, State.OPEN), (State.RESOLVED, State.ACKNOWLEDGED), (State.ACKNOWLEDGED, State.SNOOZED)],
    )
    def test_illegal_ones_raise_and_leave_no_event(self, report, at, old, new, kinds):
        alert = report()
        alert.state = old
        with pytest.raises(IllegalMove):
            write_event(alert, AlertEvent.Kind.NOTED, at=at, new_state=new)
        assert (alert.state, kinds(alert)) == (old, ["raised"])

    def test_are_written_with_where_from_and_where_to(self, report, at, lead):
        alert = report()
        event = write_event(alert, AlertEvent.Kind.ACKNOWLEDGED, at=at, by=lead, new_state=State.ACKNOWLEDGED)
        assert (event.old_state, event.new_state, event.happened_at, event.by) == (
            "open",
            "acknowledged",
            at,
            lead,
        )

    def test_are_known_for_every_state(self):
        assert set(MOVES) == set(State)
        assert MOVES[State.RESOLVED] == {State.RESOLVED}
