"""Celery entry points of the foundation."""

import time
from typing import Any

from celery import shared_task
from celery.signals import heartbeat_sent
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from clinic.models import Heartbeat
from clinic.outbox.deliver import deliver_due

SECONDS_BETWEEN_SIGNS = 20.0
_last_sign = {"worker": 0.0}


@shared_task(name="clinic.tasks.deliver")
def deliver() -> None:
    """Send what is due."""
    deliver_due(clock=timezone.now)


@shared_task(name="clinic.tasks.note_beat")
def note_beat() -> None:
    """Beat asked and a worker did it: both live."""
    Heartbeat.beat("beat", at=timezone.now())


@heartbeat_sent.connect
def note_worker(**_kwargs: Any) -> None:
    """The worker's own sign of life, written now and then; a database that is away is no reason to die."""
    if time.monotonic() - _last_sign["worker"] < SECONDS_BETWEEN_SIGNS:
        return
    close_old_connections()
    try:
        Heartbeat.beat("worker", at=timezone.now())
    except DatabaseError:
        return
    _last_sign["worker"] = time.monotonic()
