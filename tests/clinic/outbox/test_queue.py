"""Rows of the outbox made, claimed and settled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from clinic.models import Message
from clinic.outbox import leases, queue

pytestmark = pytest.mark.django_db

AT_MOST_ONCE = Message.Guarantee.AT_MOST_ONCE
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def rings(monkeypatch) -> list[str]:
    """How often a worker was notified."""
    heard: list[str] = []
    monkeypatch.setattr(queue, "ring", lambda: heard.append("ding"))
    return heard


class TestEnqueue:
    def test_message_is_made_once_for_its_key(self, put):
        assert put(dedup_key="same") == put(dedup_key="same", subject_id=99)
        assert Message.objects.count() == 1

    def test_same_key_in_another_clinic_is_another_message(self, put, stranger):
        put(dedup_key="same")
        put(dedup_key="same", clinic=stranger.clinic)
        assert Message.objects.count() == 2

    def test_message_goes_with_the_callers_transaction(self, put):
        with pytest.raises(RuntimeError), transaction.atomic():
            put()
            raise RuntimeError
        assert not Message.objects.exists()

    def test_bell_rings_after_the_commit(self, put, rings, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            put()
            assert rings == []
        assert rings == ["ding"]

    def test_bell_does_not_ring_for_later_nor_twice(self, put, at, rings, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            put(due_at=at + SECOND)
            put(dedup_key="same")
            put(dedup_key="same")
        assert rings == ["ding"]


class TestClaim:
    def test_nothing_due_is_none(self, put, at):
        put(due_at=at + SECOND)
        assert queue.claim_next(at=at) is None

    def test_claimed_message_is_leased_and_counted(self, put, at):
        put()
        claimed = queue.claim_next(at=at)
        kept = Message.objects.get()
        assert kept == claimed
        assert (kept.state, kept.n_attempts, kept.lease_until) == ("sending", 1, at + leases.LEASE)

    def test_leased_message_is_not_claimed_again(self, put, at):
        put()
        queue.claim_next(at=at)
        assert queue.claim_next(at=at) is None

    def test_urgent_goes_first_then_the_longest_due(self, put, at):
        late, early = put(due_at=at - SECOND), put(due_at=at - 2 * SECOND)
        urgent = put(is_urgent=True)
        assert [queue.claim_next(at=at) for _n in range(3)] == [urgent, early, late]


class TestSettle:
    @pytest.fixture
    def claimed(self, put, at):
        put()
        return queue.claim_next(at=at)

    @pytest.mark.parametrize("state", ["sent", "cancelled", "failed", "unknown"])
    def test_settled_message_has_its_end_and_its_owner_knows(self, claimed, pigeon, at, state):
        assert queue.settle(claimed, Message.State(state), at=at, error="why")
        kept = Message.objects.get()
        assert (kept.state, kept.settled_at, kept.lease_until, kept.error) == (state, at, None, "why")
        assert pigeon.settled_as == [(kept.recipient, state)]

    def test_settles_once(self, claimed, pigeon, at):
        assert queue.settle(claimed, Message.State.SENT, at=at)
        assert not queue.settle(claimed, Message.State.FAILED, at=at)
        assert Message.objects.get().state == "sent"
        assert len(pigeon.settled_as) == 1

    def test_lease_of_somebody_else_is_left_alone(self, claimed, pigeon, at):
        later = at + leases.LEASE
        queue.release_lapsed(at=later)
        theirs = queue.claim_next(at=later)
        assert not queue.settle(claimed, Message.State.SENT, at=later)
        assert not queue.put_off(claimed, at=later, error="late")
        assert Message.objects.get().lease_until == theirs.lease_until

    def test_owner_that_fails_does_not_keep_the_message_in_the_queue(self, claimed, pigeon, at):
        pigeon.fails_to_settle[claimed.recipient] = RuntimeError()
        assert queue.settle(claimed, Message.State.SENT, at=at)
        kept = Message.objects.get()
        assert (kept.state, kept.error) == ("sent", "owner failed: RuntimeError")


class TestPutOff:
    def test_waits_and_says_why(self, put, at):
        put()
        assert queue.put_off(queue.claim_next(at=at), at=at, error="busy")
        kept = Message.objects.get()
        assert (kept.state, kept.error, kept.lease_until) == ("pending", "busy", None)
        assert timedelta(seconds=8) <= kept.due_at - at <= timedelta(seconds=12)

    def test_pause_doubles_with_every_attempt(self, monkeypatch):
        monkeypatch.setattr(queue.random, "uniform", lambda low, high: 1.0)
        assert [queue.pause_after(n).total_seconds() for n in range(1, 6)] == [10, 20, 40, 80, 160]

    def test_pause_is_six_hours_at_most(self, monkeypatch):
        monkeypatch.setattr(queue.random, "uniform", lambda low, high: 1.0)
        assert queue.pause_after(20) == timedelta(hours=6)

    def test_pause_is_spread_by_a_fifth(self):
        pauses = {queue.pause_after(5) for _n in range(200)}
        assert len(pauses) > 100
        assert all(timedelta(seconds=128) <= pause <= timedelta(seconds=192) for pause in pauses)

    def test_attempts_are_finite(self, put, pigeon, at):
        put()
        for _attempt in range(queue.MAX_ATTEMPTS):
            message = queue.claim_next(at=at)
            queue.put_off(message, at=at, error="busy")
            at = Message.objects.get().due_at
        kept = Message.objects.get()
        assert (kept.state, kept.n_attempts, kept.error) == ("failed", queue.MAX_ATTEMPTS, "busy")
        assert pigeon.settled_as == [(kept.recipient, "failed")]

    def test_deferral_is_no_failure(self, put, at):
        put()
        assert queue.defer(queue.claim_next(at=at), until=at + timedelta(hours=9))
        kept = Message.objects.get()
        assert (kept.state, kept.due_at, kept.error) == ("pending", at + timedelta(hours=9), "")

    def test_deferrals_use_up_no_attempts(self, put, at):
        put()
        for night in range(queue.MAX_ATTEMPTS + 1):
            queue.defer(queue.claim_next(at=at + timedelta(days=night)), until=at + timedelta(days=night + 1))
        queue.put_off(queue.claim_next(at=at + timedelta(days=night + 1)), at=at, error="busy")
        assert Message.objects.get().state == "pending"


class TestExpiry:
    def test_lease_that_holds_is_left_alone(self, put, at):
        put()
        queue.claim_next(at=at)
        assert queue.release_lapsed(at=at + leases.LEASE - SECOND) == 0

    def test_staff_mail_is_claimed_again(self, put, at):
        put()
        queue.claim_next(at=at)
        later = at + leases.LEASE
        assert queue.release_lapsed(at=later) == 1
        again = queue.claim_next(at=later)
        assert again is not None
        assert again.n_attempts == 2

    def test_patient_mail_is_unknown_and_never_sent_again(self, put, pigeon, at):
        put(guarantee=AT_MOST_ONCE)
        queue.claim_next(at=at)
        later = at + leases.LEASE
        assert queue.release_lapsed(at=later) == 1
        assert queue.claim_next(at=later) is None
        assert pigeon.settled_as == [(Message.objects.get().recipient, "unknown")]

    def test_row_that_ends_its_process_every_time_is_failed_in_the_end(self, put, pigeon, at):
        message = put()
        for attempt in range(queue.MAX_DEATHS):
            assert queue.claim_next(at=at + attempt * MINUTE) == message
            assert queue.release_lapsed(at=at + (attempt + 1) * MINUTE) == 1
        assert Message.objects.get().state == "failed"
        assert pigeon.settled_as == [(message.recipient, "failed")]

    def test_urgent_one_outlives_an_outage_that_ends_in_a_restart(self, put, at):
        message = put(is_urgent=True)
        Message.objects.update(n_attempts=queue.MAX_ATTEMPTS)
        assert queue.claim_next(at=at) == message
        assert queue.release_lapsed(at=at + MINUTE) == 1
        assert Message.objects.get().state == "pending"

    def test_sender_who_returns_after_its_lease_changes_nothing(self, put, at):
        put()
        late = queue.claim_next(at=at)
        queue.release_lapsed(at=at + MINUTE)
        again = queue.claim_next(at=at + MINUTE)
        assert queue.settle(late, Message.State.SENT, at=at + MINUTE) is False
        assert queue.put_off(late, at=at + MINUTE, error="late") is False
        assert queue.settle(again, Message.State.SENT, at=at + MINUTE) is True

    def test_one_that_cannot_be_settled_holds_up_nobody(self, put, pigeon, at):
        poison = put(guarantee=AT_MOST_ONCE)
        put(guarantee=AT_MOST_ONCE)
        put()
        for _n in range(3):
            queue.claim_next(at=at)
        pigeon.fails_to_settle[poison.recipient] = RuntimeError()
        queue.release_lapsed(at=at + leases.LEASE)
        states = Message.objects.exclude(pk=poison.pk).order_by("pk").values_list("state", flat=True)
        assert list(states) == ["unknown", "pending"]


def test_cancelling_stops_what_waits_about_a_subject(put, at):
    waiting, sending = put(subject_id=7), put(subject_id=7, due_at=at - SECOND)
    other = put(subject_id=8, due_at=at + SECOND)
    assert queue.claim_next(at=at) == sending
    assert queue.cancel_waiting(kind="pigeon", subject_id=7, at=at) == 1
    states = {message.pk: message.state for message in Message.objects.all()}
    assert states == {waiting.pk: "cancelled", sending.pk: "sending", other.pk: "pending"}


class TestClockSetBack:
    """Everything was made and claimed an hour ahead of the current time."""

    def test_urgent_mail_does_not_wait_for_the_hour(self, put, at):
        message = put(is_urgent=True, at=at + HOUR, due_at=at + HOUR)
        assert queue.hurry_urgent(at=at) == 1
        assert queue.claim_next(at=at) == message

    def test_urgent_mail_that_was_tried_keeps_its_pauses(self, put, at):
        put(is_urgent=True, at=at + HOUR, due_at=at + HOUR)
        claimed = queue.claim_next(at=at + HOUR)
        queue.put_off(claimed, at=at + HOUR, error="busy")
        assert queue.hurry_urgent(at=at) == 0

    def test_other_mail_waits(self, put, at):
        put(at=at + HOUR, due_at=at + HOUR)
        assert queue.hurry_urgent(at=at) == 0

    def test_urgent_mail_of_today_that_is_due_later_waits(self, put, at):
        put(is_urgent=True, due_at=at + HOUR)
        assert queue.hurry_urgent(at=at) == 0

    def test_lease_of_the_dead_does_not_hold_for_the_hour(self, put, at):
        message = put(due_at=at)
        queue.claim_next(at=at + HOUR)
        assert queue.release_lapsed(at=at) == 1
        assert queue.claim_next(at=at) == message

    def test_lease_of_a_machine_a_few_minutes_ahead_holds(self, put, at):
        put()
        queue.claim_next(at=at + 5 * MINUTE)
        assert queue.release_lapsed(at=at) == 0
