"""A process that holds a message renews its lease; after a death the message waits only seconds."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Message
from clinic.outbox import holding, queue
from clinic.outbox.deliver import deliver_due
from clinic.outbox.holding import Holder
from tests.faults.sink import Point, TroubledSink
from tests.processes import wait_until

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def test_claim_on_an_emergency_expires_within_twenty_seconds_of_its_death(put, at):
    put(is_urgent=True)
    queue.claim_next(at=at)
    # A sweep runs every ten seconds.
    later = at + 20 * SECOND - 10 * SECOND
    assert queue.release_lapsed(at=later) == 1
    assert queue.claim_next(at=later) is not None


def test_renewed_claim_is_kept_and_still_the_callers(put, at):
    put(is_urgent=True)
    mine = queue.claim_next(at=at)
    assert queue.renew(mine, at=at + 8 * SECOND)
    assert queue.release_lapsed(at=at + 15 * SECOND) == 0
    assert queue.settle(mine, Message.State.SENT, at=at + 15 * SECOND)


def test_claim_that_passed_on_cannot_be_renewed(put, at):
    put(is_urgent=True)
    late = queue.claim_next(at=at)
    queue.release_lapsed(at=at + 10 * SECOND)
    theirs = queue.claim_next(at=at + 10 * SECOND)
    assert not queue.renew(late, at=at + 11 * SECOND)
    assert queue.renew(theirs, at=at + 11 * SECOND)


@pytest.mark.django_db(transaction=True)
def test_claim_is_renewed_until_it_is_let_go(put, monkeypatch):
    monkeypatch.setattr(holding, "SECONDS_BETWEEN", 0.1)
    put(is_urgent=True, at=timezone.now(), due_at=timezone.now())
    message, holder = queue.claim_next(at=timezone.now()), Holder()
    first = message.lease_until
    holder.hold([message], clock=timezone.now)
    wait_until(lambda: Message.objects.get().lease_until > first, seconds=10)
    holder.let_go([message])
    time.sleep(0.3)
    last = Message.objects.get().lease_until
    time.sleep(0.5)
    assert Message.objects.get().lease_until == last


@pytest.mark.django_db(transaction=True)
class TestSlowConversation:
    """It continues in the background, keeps its claim, and is settled by its own thread."""

    @pytest.fixture
    def sink(self, settings):
        with TroubledSink() as sink:
            settings.EMAIL_BACKEND = "clinic.outbox.transports.smtp.SmtpBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
            settings.SLOW_SECONDS = 0.3
            yield sink
            sink.let_go()

    def test_holds_no_other_mail(self, put, sink):
        now = timezone.now()
        slow, *_others = [put(at=now, due_at=now + timedelta(milliseconds=n)) for n in range(3)]
        sink.is_slow_for = {slow.recipient: 2.0}
        started = time.monotonic()
        assert deliver_due(clock=lambda: timezone.now() + SECOND) == 2
        assert time.monotonic() - started < 2.0
        assert Message.objects.get(pk=slow.pk).state == "sending"
        wait_until(lambda: Message.objects.get(pk=slow.pk).state == "sent", seconds=20)
        assert len(sink.mails) == len(sink.copies()) == 3

    def test_that_fails_is_tried_again(self, put, sink, pigeon):
        slow = put(at=timezone.now(), due_at=timezone.now())
        sink.is_slow_for, sink.answer = {slow.recipient: 1.0}, "451 later"
        assert deliver_due(clock=timezone.now) == 0
        wait_until(lambda: Message.objects.get().state == "pending", seconds=20)
        assert "451" in Message.objects.get().error

    def test_so_many_and_no_more_and_the_last_places_are_for_emergencies(self, put, sink, monkeypatch):
        monkeypatch.setattr("clinic.outbox.senders.MAX_SLOW", 3)
        monkeypatch.setattr("clinic.outbox.senders.RESERVED_FOR_URGENT", 1)
        now = timezone.now()
        for _n in range(4):
            put(at=now, due_at=now)
        sink.hold(Point.BETWEEN_SEND_AND_MARK)
        deliver_due(clock=timezone.now)
        assert Message.objects.filter(state="sending").count() == 2
        put(at=now, due_at=now, is_urgent=True)
        deliver_due(clock=timezone.now)
        assert set(Message.objects.filter(state="sending").values_list("is_urgent", flat=True)) == {True, False}
        sink.let_go()
        wait_until(lambda: not Message.objects.filter(state="sending").exists(), seconds=30)
        wait_until(lambda: threading.active_count() < 20, seconds=30)
        assert deliver_due(clock=timezone.now) == 2
