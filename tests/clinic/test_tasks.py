"""Celery entry points of the foundation, and the whole beat schedule."""

from __future__ import annotations

from importlib import import_module

import pytest
from celery import current_app
from django.db import OperationalError

from clinic import tasks
from clinic.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_sign(monkeypatch):
    """No heartbeat was written yet, and the test's connection stays open."""
    monkeypatch.setattr(tasks, "_last_sign", {"worker": -1_000.0})
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)


def test_beat_is_noted_by_the_worker_that_it_asked(at, time_machine):
    time_machine.move_to(at, tick=False)
    tasks.note_beat()
    assert Heartbeat.objects.get(name="beat").beaten_at == at


def test_worker_gives_a_sign_now_and_then():
    tasks.note_worker()
    Heartbeat.objects.all().delete()
    tasks.note_worker()
    assert not Heartbeat.objects.exists()


def test_database_that_is_away_does_not_end_the_worker(monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError

    monkeypatch.setattr(Heartbeat, "beat", away)
    tasks.note_worker()
    monkeypatch.undo()


def test_everything_that_beat_asks_for_exists():
    for entry in current_app.conf.beat_schedule.values():
        tasks_there = vars(import_module(entry["task"].rpartition(".")[0])).values()
        assert entry["task"] in {task.name for task in tasks_there if hasattr(task, "apply_async")}


def test_no_task_waits_in_redis():
    """Redis delivers a task again that is not done in time, so due times are columns."""
    assert not [
        entry for entry in current_app.conf.beat_schedule.values() if "countdown" in entry.get("options", {})
    ]
    assert current_app.conf.task_acks_late
    assert current_app.conf.task_time_limit <= current_app.conf.broker_transport_options["visibility_timeout"]


def test_delivery_asked_for_by_a_worker_sends(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "deliver_due", lambda clock: asked.append(clock()))
    tasks.deliver()
    assert len(asked) == 1
