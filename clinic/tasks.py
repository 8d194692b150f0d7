"""Celery entry points of the foundation."""

import time
from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.signals import heartbeat_sent, worker_ready
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from clinic.database import within
from clinic.models import Fault, Heartbeat
from clinic.outbox.deliver import deliver_due
from clinic.sender.verifying import check_all_due
from clinic.worker.watchdog import watchdog

SECONDS_BETWEEN_SIGNS = 10.0
# The worker's loop must continue, whatever the database does.
SECONDS_FOR_A_SIGN = 2.0
# A name server that does not answer costs each address some seconds; the rest waits for the next hour.
SECONDS_FOR_SENDERS = 60.0
# A task that was given up counts as a fault for this long.
LONGEST_CRASHING = timedelta(hours=1)
_last_sign = {"worker": 0.0}


@shared_task(name="clinic.tasks.deliver")
def deliver() -> None:
    """Send what is due."""
    deliver_due(clock=timezone.now)


@shared_task(name="clinic.tasks.note_beat")
def note_beat() -> None:
    """Scheduled by beat and run by a worker, which shows that both work."""
    now = timezone.now()
    Heartbeat.beat("beat", at=now)
    Fault.over(Fault.Kind.CRASHING, at=now, found_at__lt=now - LONGEST_CRASHING)


@shared_task(name="clinic.tasks.check_senders")
def check_senders() -> None:
    """Look once a day whether the clinics' own sender addresses may still be used."""
    check_all_due(clock=timezone.now, seconds=SECONDS_FOR_SENDERS, step=watchdog.step)


@worker_ready.connect
@heartbeat_sent.connect
def note_worker(**_kwargs: Any) -> None:
    """The worker's own heartbeat, written now and then; a database that is down does not end the worker."""
    if time.monotonic() - _last_sign["worker"] < SECONDS_BETWEEN_SIGNS:
        return
    # Tried again in ten seconds, whatever the result.
    _last_sign["worker"] = time.monotonic()
    try:
        with within(SECONDS_FOR_A_SIGN):
            close_old_connections()
            Heartbeat.beat("worker", at=timezone.now())
    except DatabaseError:
        return
