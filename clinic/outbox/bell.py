"""Notifies a worker that something is due. A lost notification costs seconds, never a message."""

from __future__ import annotations

import time
from functools import cache

import structlog
from celery import current_app as app
from kombu.exceptions import KombuError
from kombu.pools import ProducerPool, producers
from redis.exceptions import RedisError

log = structlog.stdlib.get_logger(__name__)

SECONDS = 1.0
# After a failed notification, wait this long before the next, so that forms do not wait for the same broker.
REST_SECONDS = 5.0
TASK = "clinic.tasks.deliver"
_rests = {"until": 0.0}


@cache
def _producers() -> ProducerPool:
    """Connections used only here: a broker that accepts and never answers must not block a form."""
    connection = app.connection_for_write(
        connect_timeout=SECONDS,
        transport_options={
            **app.conf.broker_transport_options,
            "socket_timeout": SECONDS,
            "socket_connect_timeout": SECONDS,
            "retry_on_timeout": False,
            "max_retries": 0,
        },
    )
    pool: ProducerPool = producers[connection]
    return pool


def ring() -> None:
    """Ask for a delivery run; if the broker is down, log it and leave the rest to the sweep."""
    if time.monotonic() < _rests["until"]:
        return
    try:
        with _producers().acquire(block=True, timeout=SECONDS) as producer:
            app.send_task(TASK, producer=producer, retry=False, ignore_result=True)
    except (KombuError, RedisError, OSError) as error:
        _rests["until"] = time.monotonic() + REST_SECONDS
        log.warning("worker not notified: no answer from the broker", error=type(error).__name__)
