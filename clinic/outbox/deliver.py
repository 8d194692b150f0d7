"""Delivery: what is due is claimed one by one, decided again, sent, settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.kinds import kind_of
from clinic.outbox.transports.base import Transport, TransportError
from clinic.outbox.transports.email import EmailTransport

log = structlog.stdlib.get_logger(__name__)

# A run ends after so many, so that a worker's task stays well inside its time limit.
RUN_LENGTH = 500


def deliver_due(*, clock: Callable[[], datetime], run_length: int = RUN_LENGTH) -> int:
    """Send everything that is due; returns how many messages were settled as sent.

    Safe at any time and many times at once: each message is leased to one caller.
    """
    queue.release_lapsed(at=clock())
    transport = EmailTransport()
    n_sent = 0
    try:
        for _turn in range(run_length):
            message = queue.claim_next(at=clock())
            if message is None:
                break
            n_sent += _deliver(message, transport, clock=clock)
    finally:
        transport.close()
    return n_sent


def _deliver(message: Message, transport: Transport, *, clock: Callable[[], datetime]) -> bool:
    try:
        return _send(message, transport, clock=clock)
    except TransportError as error:
        log.warning("not delivered", message=str(message.uuid), kind=message.kind, error=str(error))
        if error.permanent:
            queue.settle(message, Message.State.FAILED, at=clock(), error=str(error))
        else:
            queue.put_off(message, at=clock(), error=str(error))
    except Exception as error:  # noqa: BLE001 - one poisonous row must not stop the queue behind it
        # The traceback's values may hold a person: the type and the id are what the log may know.
        log.error(
            "message cannot be made", message=str(message.uuid), kind=message.kind, error=type(error).__name__
        )
        queue.put_off(message, at=clock(), error=type(error).__name__)
    return False


def _send(message: Message, transport: Transport, *, clock: Callable[[], datetime]) -> bool:
    kind = kind_of(message.kind)
    decision = kind.still_due(message, at=clock())
    if isinstance(decision, datetime):
        queue.defer(message, until=decision)
        return False
    if not decision:
        queue.settle(message, Message.State.CANCELLED, at=clock())
        return False
    transport.send(kind.render(message))
    return queue.settle(message, Message.State.SENT, at=clock())
