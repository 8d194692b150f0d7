"""Many deliver at once: every message is sent once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.deliver import deliver_due

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(n_threads: int, act: Callable[[], object]) -> list[object]:
    """What so many callers get who begin together, each on a connection of its own."""
    start, results = Barrier(n_threads), []

    def run() -> None:
        start.wait()
        try:
            results.append(act())
        finally:
            connection.close()

    threads = [Thread(target=run) for _n in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_message_is_claimed_by_one(put, at):
    message = put()
    claims = at_once(4, lambda: queue.claim_next(at=at))
    assert sorted(map(str, claims)) == sorted([str(message), "None", "None", "None"])


def test_each_message_is_sent_once(put, smtp, clock):
    messages = [put() for _n in range(12)]
    sent = at_once(4, lambda: deliver_due(clock=clock()))
    assert sum(sent) == 12
    assert Counter(mail["To"] for mail in smtp.mails) == Counter(message.recipient for message in messages)


def test_lapsed_lease_is_taken_back_once(put, smtp, pigeon, clock, at):
    put(guarantee=Message.Guarantee.AT_MOST_ONCE)
    put()
    for _n in range(2):
        queue.claim_next(at=at)
    at_once(4, lambda: deliver_due(clock=clock(minutes=2)))
    assert Counter(state for _recipient, state in pigeon.settled_as) == Counter({"unknown": 1, "sent": 1})
    assert len(smtp.mails) == 1


def test_same_message_asked_for_at_once_is_made_once(put):
    made = at_once(4, lambda: put(dedup_key="same").pk)
    assert len(set(made)) == Message.objects.count() == 1


def test_bell_that_breaks_breaks_no_commit(put, monkeypatch):
    monkeypatch.setattr(queue, "ring", lambda: 1 / 0)
    put()
    assert Message.objects.count() == 1
