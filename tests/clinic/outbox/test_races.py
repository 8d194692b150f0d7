"""Many deliver at once: every message is sent once."""

from __future__ import annotations

from collections import Counter

import pytest

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.deliver import deliver_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_message_is_claimed_by_one(put, at, at_once):
    message = put()
    claims = at_once(*[lambda: queue.claim_next(at=at)] * 4)
    assert sorted(map(str, claims)) == sorted([str(message), "None", "None", "None"])


def test_each_message_is_sent_once(put, smtp, clock, at_once):
    messages = [put() for _n in range(12)]
    sent = at_once(*[lambda: deliver_due(clock=clock())] * 4)
    assert sum(sent) == 12
    assert Counter(mail["To"] for mail in smtp.mails) == Counter(message.recipient for message in messages)


def test_expired_lease_is_taken_back_once(put, smtp, pigeon, clock, at, at_once):
    put(guarantee=Message.Guarantee.AT_MOST_ONCE)
    put()
    for _n in range(2):
        queue.claim_next(at=at)
    at_once(*[lambda: deliver_due(clock=clock(minutes=2))] * 4)
    assert Counter(state for _recipient, state in pigeon.settled_as) == Counter({"unknown": 1, "sent": 1})
    assert len(smtp.mails) == 1


def test_same_message_asked_for_at_once_is_made_once(put, at_once):
    made = at_once(*[lambda: put(dedup_key="same").pk] * 4)
    assert len(set(made)) == Message.objects.count() == 1


def test_bell_that_breaks_breaks_no_commit(put, monkeypatch):
    monkeypatch.setattr(queue, "ring", lambda: 1 / 0)
    put()
    assert Message.objects.count() == 1
