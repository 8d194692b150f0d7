"""Delivery: what is due is claimed one by one, decided again, sent, settled."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.kinds import kind_of
from clinic.outbox.transports.base import Mail, Transport, TransportError
from clinic.outbox.transports.email import EmailTransport

log = structlog.stdlib.get_logger(__name__)

# A run ends after so many and so long, so that a worker's task stays well inside its time limit.
RUN_LENGTH = 500
RUN_SECONDS = 120.0


def deliver_due(*, clock: Callable[[], datetime], run_length: int = RUN_LENGTH) -> int:
    """Send everything that is due; returns how many messages were settled as sent.

    Safe at any time and many times at once: each message is leased to one caller.
    """
    queue.release_lapsed(at=clock())
    queue.hurry_urgent(at=clock())
    transport = EmailTransport()
    ends_at = time.monotonic() + RUN_SECONDS
    n_sent = 0
    try:
        for _turn in range(run_length):
            message = queue.claim_next(at=clock())
            if message is None:
                return n_sent
            n_sent += _deliver(message, transport, clock=clock)
            if time.monotonic() > ends_at:
                break
        # More may be due: the next run begins now, not at the next sweep.
        queue.ring_on_commit()
        return n_sent
    finally:
        transport.close()


def _deliver(message: Message, transport: Transport, *, clock: Callable[[], datetime]) -> bool:
    """Carry one message through; whatever it does, the queue behind it goes on."""
    try:
        mail = _decide(message, clock=clock)
        if mail is None:
            return False
        transport.send(mail)
    except TransportError as error:
        log.warning("not delivered", message=str(message.uuid), kind=message.kind, error=str(error))
        _fail(message, error, at=clock())
        return False
    except Exception as error:  # noqa: BLE001 - one poisonous row must not stop the queue behind it
        # The words of the exception may hold a person: the type and the id are what the log may know.
        log.error(
            "message cannot be made", message=str(message.uuid), kind=message.kind, error=type(error).__name__
        )
        queue.put_off(message, at=clock(), error=type(error).__name__)
        return False
    return queue.settle(message, Message.State.SENT, at=clock())


def _decide(message: Message, *, clock: Callable[[], datetime]) -> Mail | None:
    """The mail, if it is still due now."""
    kind = kind_of(message.kind)
    decision = kind.still_due(message, at=clock())
    if isinstance(decision, datetime):
        queue.defer(message, until=decision)
        return None
    if not decision:
        queue.settle(message, Message.State.CANCELLED, at=clock())
        return None
    return kind.render(message)


def _fail(message: Message, error: TransportError, *, at: datetime) -> None:
    """For good, for now, or nobody knows: what may have arrived is not sent to a patient twice."""
    if error.permanent:
        queue.settle(message, Message.State.FAILED, at=at, error=str(error), is_refused=True)
    elif error.is_ambiguous and message.guarantee == Message.Guarantee.AT_MOST_ONCE:
        queue.settle(message, Message.State.UNKNOWN, at=at, error=str(error))
    else:
        queue.put_off(message, at=at, error=str(error))
