"""Due messages for one recipient with one key are sent as one mail; each row ends on its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Message
from clinic.outbox import leases, queue
from clinic.outbox.deliver import deliver_due
from clinic.outbox.senders import transport_class
from clinic.outbox.transports.base import Mail

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
TOGETHER = {"recipient": "bird@example.org", "bundle_key": "course:1"}


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_one_mail_under_the_oldest_name(put, smtp, clock, pigeon):
    first, _second, _third = (put(**TOGETHER) for _n in range(3))
    assert deliver_due(clock=clock()) == 3
    [mail] = smtp.mails
    assert (mail["Subject"], mail["Message-ID"]) == ("3 things", f"<{first.uuid}@127.0.0.1>")
    assert states() == ["sent"] * 3
    assert len(pigeon.settled_as) == 3


@pytest.mark.parametrize(
    "other", [{"bundle_key": "course:2"}, {"bundle_key": ""}, {"recipient": "crow@example.org"}]
)
def test_what_has_another_key_or_recipient_goes_alone(put, smtp, clock, other):
    put(**TOGETHER)
    put(**{**TOGETHER, **other})
    deliver_due(clock=clock())
    assert len(smtp.mails) == 2


def test_what_is_not_due_yet_is_not_taken_along(put, smtp, clock, at):
    put(**TOGETHER)
    put(**TOGETHER, due_at=at + SECOND)
    deliver_due(clock=clock())
    assert states() == ["sent", "pending"]


def test_patient_mail_never_leaves_with_another(put, smtp, clock):
    for _n in range(2):
        put(**TOGETHER, guarantee=Message.Guarantee.AT_MOST_ONCE)
    deliver_due(clock=clock())
    assert len(smtp.mails) == 2


def test_poison_in_the_bundle_does_not_hold_back_the_others(put, smtp, clock, pigeon):
    for _n in range(2):
        put(**TOGETHER)
    pigeon.fails_together = True
    assert deliver_due(clock=clock()) == 2
    assert [mail["Subject"] for mail in smtp.mails] == ["A subject", "A subject"]


def test_refusal_ends_each_of_them(put, smtp, clock, pigeon):
    for _n in range(2):
        put(**TOGETHER)
    smtp.answer = "550 no such user"
    assert [deliver_due(clock=clock(minutes=minutes)) for minutes in range(3)] == [0, 0, 0]
    assert states() == ["failed", "failed"]
    assert [state for _recipient, state in pigeon.settled_as] == ["failed", "failed"]


def test_two_claims_share_nothing(put, at):
    for _n in range(4):
        put(**TOGETHER)
    first = queue.claim_next(at=at)
    together = queue.claim_with(first, at=at)
    assert len(together) == 4
    assert queue.claim_next(at=at) is None
    assert {message.lease_until for message in together} == {at + leases.LEASE}


class TestDown:
    def test_server_that_is_away_is_tried_once_a_run(self, put, smtp, settings, clock):
        for _n in range(3):
            put()
        settings.EMAIL_PORT = 1
        deliver_due(clock=clock())
        assert sorted(Message.objects.values_list("n_attempts", flat=True)) == [0, 0, 1]

    def test_other_channels_continue(self, put, at):
        put()
        webhook = put(channel=Message.Channel.WEBHOOK)
        assert queue.claim_next(at=at, without={"email"}) == webhook


class TestUrgent:
    def test_pause_is_two_minutes_at_most(self):
        assert max(queue.pause_after(20, is_urgent=True) for _n in range(50)) <= timedelta(minutes=2.4)

    def test_attempts_continue_for_an_hour_and_are_finite(self, put, at):
        put(is_urgent=True)
        start = at
        for _attempt in range(queue.MAX_URGENT_ATTEMPTS):
            queue.put_off(queue.claim_next(at=at), at=at, error="busy")
            at = Message.objects.get().due_at
        assert Message.objects.get().state == "failed"
        assert at - start > timedelta(hours=1)


def test_wait_asked_for_is_kept(put, at):
    put()
    queue.put_off(queue.claim_next(at=at), at=at, error="busy", retry_after=timedelta(minutes=30))
    assert Message.objects.get().due_at == at + timedelta(minutes=30)


def test_shorter_wait_than_ours_does_not_hurry_us(put, at):
    put()
    queue.put_off(queue.claim_next(at=at), at=at, error="busy", retry_after=timedelta(seconds=1))
    assert Message.objects.get().due_at > at + timedelta(seconds=7)


class TestChannels:
    def test_further_channel_is_a_class_and_a_line(self, put, pigeon, clock, settings):
        """A transport of ten lines, named in the settings, sends messages of its kind."""
        settings.TRANSPORTS = {**settings.TRANSPORTS, "webhook": f"{__name__}.Drum"}
        transport_class.cache_clear()
        try:
            put(channel=Message.Channel.WEBHOOK)
            assert deliver_due(clock=clock()) == 1
        finally:
            transport_class.cache_clear()
        assert Drum.beaten == ["A subject"]


class Drum:
    """A channel of its own."""

    beaten: list[str] = []

    def send(self, mail: Mail, /) -> None:
        """Beaten."""
        self.beaten.append(mail.subject)

    def close(self) -> None:
        """Quiet."""
