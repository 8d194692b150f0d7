"""Delivery: what is due is claimed, decided again, sent, settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.channels import Channels
from clinic.outbox.kinds import bundler_of, kind_of
from clinic.outbox.transports.base import Parcel, TransportError

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
    channels = Channels()
    ends_at = time.monotonic() + RUN_SECONDS
    n_sent = 0
    try:
        for _turn in range(run_length):
            message = queue.claim_next(at=clock(), without=channels.down)
            if message is None:
                return n_sent
            together = queue.claim_with(message, at=clock())
            n_sent += _deliver(together, channels, clock=clock)
            if time.monotonic() > ends_at:
                break
        # More may be due: the next run begins now, not at the next sweep.
        queue.ring_on_commit()
        return n_sent
    finally:
        channels.close()


def _deliver(messages: Sequence[Message], channels: Channels, *, clock: Callable[[], datetime]) -> int:
    """Carry what leaves as one through; whatever happens to it, the queue behind it goes on."""
    due = [message for message in messages if _attempt([message], channels, _decide, clock=clock)]
    if not due:
        return 0
    parcel = _made_together(due) if len(due) > 1 else None
    if len(due) > 1 and parcel is None:
        # One of them is poison: it must not hold back the others.
        return sum(_deliver([message], channels, clock=clock) for message in due)
    if not _attempt(due, channels, partial(_send, parcel=parcel), clock=clock):
        return 0
    return sum(queue.settle(message, Message.State.SENT, at=clock()) for message in due)


Act = Callable[[Sequence[Message], Channels, datetime], bool]


def _attempt(messages: Sequence[Message], channels: Channels, act: Act, *, clock: Callable[[], datetime]) -> bool:
    """What the act says; a failure is typed, noted on each message, and says no."""
    try:
        return act(messages, channels, clock())
    except TransportError as error:
        for message in messages:
            log.warning("not delivered", message=str(message.uuid), kind=message.kind, error=str(error))
            if error.is_down:
                channels.down.add(message.channel)
            _fail(message, error, at=clock())
    except Exception as error:  # noqa: BLE001 - one poisonous row must not stop the queue behind it
        # The words of the exception may hold a person: the type and the id are what the log may know.
        name = type(error).__name__
        for message in messages:
            log.error("message cannot be made", message=str(message.uuid), kind=message.kind, error=name)
            queue.put_off(message, at=clock(), error=name)
    return False


def _decide(messages: Sequence[Message], _channels: Channels, at: datetime) -> bool:
    """Whether a message is still due now."""
    [message] = messages
    decision = kind_of(message.kind).still_due(message, at=at)
    if isinstance(decision, datetime):
        queue.defer(message, until=decision)
        return False
    if not decision:
        queue.settle(message, Message.State.CANCELLED, at=at)
    return decision


def _made_together(messages: Sequence[Message]) -> Parcel | None:
    """One parcel of several messages; None where it cannot be made."""
    try:
        return bundler_of(messages[0].kind).render_together(messages)
    except Exception:  # noqa: BLE001 - each of them is tried alone, and fails with its own reason
        return None


def _send(messages: Sequence[Message], channels: Channels, _at: datetime, *, parcel: Parcel | None) -> bool:
    first = messages[0]
    channels.transport(first.channel).send(parcel or kind_of(first.kind).render(first))
    return True


def _fail(message: Message, error: TransportError, *, at: datetime) -> None:
    """For good, for now, or nobody knows: what may have arrived is not sent to a patient twice."""
    if error.permanent:
        queue.settle(message, Message.State.FAILED, at=at, error=str(error), is_refused=True)
    elif error.is_ambiguous and message.guarantee == Message.Guarantee.AT_MOST_ONCE:
        queue.settle(message, Message.State.UNKNOWN, at=at, error=str(error))
    else:
        queue.put_off(message, at=at, error=str(error), retry_after=error.retry_after)
