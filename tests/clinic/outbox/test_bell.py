"""Notifying a worker: a lost notification costs seconds, never a message."""

from __future__ import annotations

import os
import socket
import sys
import time
import traceback
from contextlib import ExitStack
from threading import Thread

import pytest
import redis
from celery import Celery
from django.db import transaction

from clinic.models import Message
from clinic.outbox import bell, queue
from clinic.outbox.deliver import deliver_due

# Well above the promised second or two, far below the 25 s of an unlimited notification.
SOON = 8.0


@pytest.fixture
def broker(monkeypatch):
    """Notify another broker."""

    def ring_at(url: str) -> None:
        bell._producers.cache_clear()
        monkeypatch.setitem(bell._rests, "until", 0.0)
        monkeypatch.setattr(bell, "app", Celery("tests", broker=url, set_as_current=False))

    yield ring_at
    bell._producers.cache_clear()


@pytest.fixture
def silent_port():
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def where_it_waits() -> list[str]:
    """The lines of code in which a notification still waits after a while; empty if it is over.

    If the machine was stopped all that time, the notification is not at fault and ends as soon as it can run.
    """
    thread = Thread(target=bell.ring, daemon=True)
    thread.start()
    thread.join(SOON)
    thread.join(bell.SECONDS * 2)
    frame = sys._current_frames().get(thread.ident or 0) if thread.is_alive() else None
    return traceback.format_stack(frame) if frame else []


def test_ring_asks_a_worker_to_deliver(broker):
    store = redis.Redis(unix_socket_path=os.environ["REDIS_URL"].removeprefix("redis+socket://"), db=7)
    store.flushdb()
    broker(f"{os.environ['REDIS_URL']}?virtual_host=7")
    bell.ring()
    task = store.lpop("celery")
    assert task is not None
    assert b'"task": "clinic.tasks.deliver"' in task
    store.close()


def test_broker_that_is_away_is_swallowed(broker):
    broker("redis://127.0.0.1:1/0")
    assert where_it_waits() == []
    bell.ring()


def test_broker_that_never_answers_holds_up_nobody(broker, silent_port):
    broker(f"redis://127.0.0.1:{silent_port}/0")
    assert where_it_waits() == []
    assert where_it_waits() == []


def test_bell_that_was_not_heard_rests(broker, silent_port):
    """Twenty forms a second must not each wait a second for the same dead broker."""
    broker(f"redis://127.0.0.1:{silent_port}/0")
    bell.ring()
    started = time.monotonic()
    for _n in range(20):
        bell.ring()
    assert time.monotonic() - started < bell.SECONDS


@pytest.mark.django_db
def test_many_messages_of_a_transaction_ring_once(put, monkeypatch, django_capture_on_commit_callbacks):
    rings: list[int] = []
    monkeypatch.setattr(queue, "ring", lambda: rings.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        for _n in range(3):
            put()
    assert len(rings) == 1


@pytest.mark.django_db(transaction=True)
def test_ring_of_what_was_rolled_back_keeps_none_from_ringing(put, monkeypatch):
    rings: list[int] = []
    monkeypatch.setattr(queue, "ring", lambda: rings.append(1))
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            put()
            raise ZeroDivisionError
        put()
    assert len(rings) == 1


def test_bell_with_all_its_connections_taken_is_swallowed(broker):
    broker(f"{os.environ['REDIS_URL']}?virtual_host=7")
    pool = bell._producers()
    with ExitStack() as taken:
        for _n in range(pool.limit):
            taken.enter_context(pool.acquire(block=False))
        bell.ring()


@pytest.mark.django_db
def test_message_is_not_lost_with_its_ring(
    broker, silent_port, put, smtp, clock, monkeypatch, django_capture_on_commit_callbacks
):
    broker(f"redis://127.0.0.1:{silent_port}/0")
    monkeypatch.setattr(queue, "ring", bell.ring)
    with django_capture_on_commit_callbacks(execute=True):
        put()
    assert Message.objects.get().state == "pending"
    assert deliver_due(clock=clock()) == 1
