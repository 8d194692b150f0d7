"""Delivery: due messages are claimed, checked again, sent and settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.failures import end_faults, note_failure, note_unmade
from clinic.outbox.holding import Clock, holder
from clinic.outbox.kinds import bundler_of, kind_of
from clinic.outbox.senders import Outcome, Senders, slow_lane
from clinic.outbox.transports.base import Parcel, TransportError
from clinic.worker.watchdog import watchdog

log = structlog.stdlib.get_logger(__name__)

# A run ends after so many messages or so long, well inside the time limit of a worker's task.
RUN_LENGTH = 500
RUN_SECONDS = 120.0


def deliver_due(*, clock: Clock, run_length: int = RUN_LENGTH) -> int:
    """Send everything that is due; returns how many messages were settled as sent.

    Safe at any time, also many times at once: each message is leased to one caller. Slow conversations continue
    in the background when this returns, and are not counted.
    """
    queue.release_lapsed(at=clock())
    queue.hurry_urgent(at=clock())
    senders = Senders()
    ends_at = time.monotonic() + RUN_SECONDS
    n_sent = 0
    try:
        for _turn in range(run_length):
            watchdog.step()
            if slow_lane.is_full():
                return n_sent
            is_urgent_only = slow_lane.is_for_urgent_only()
            message = queue.claim_next(at=clock(), without=senders.down, is_urgent_only=is_urgent_only)
            if message is None:
                return n_sent
            n_sent += _carry(queue.claim_with(message, at=clock()), senders, clock=clock)
            if time.monotonic() > ends_at:
                break
        # More may be due: start the next run now, not at the next sweep.
        queue.ring_on_commit()
        return n_sent
    finally:
        senders.close()
        end_faults(at=clock())


def _carry(messages: Sequence[Message], senders: Senders, *, clock: Clock) -> int:
    """Keep the claims while working on them; claims left to a slow conversation are released by its sender."""
    holder.hold(messages, clock=clock)
    left_behind: list[Message] = []
    try:
        return _deliver(messages, senders, left_behind, clock=clock)
    finally:
        holder.let_go([message for message in messages if message not in left_behind])


def _deliver(messages: Sequence[Message], senders: Senders, left_behind: list[Message], *, clock: Clock) -> int:
    """Send one bundle; whatever happens to it, the queue continues."""
    due = [message for message in messages if _tried([message], partial(_decide, message, clock=clock), clock)]
    if not due:
        return 0
    parcel = _made_as_bundle(due) if len(due) > 1 else None
    if len(due) > 1 and parcel is None:
        # One of them causes the error: it must not block the others.
        return sum(_deliver([message], senders, left_behind, clock=clock) for message in due)

    def finish(outcome: Outcome) -> None:
        try:
            _end(due, outcome, clock=clock)
        finally:
            holder.let_go(due)

    def send() -> bool:
        first = due[0]
        is_over = senders.send(first.channel, parcel or kind_of(first.kind).render(first), finish=finish)
        if not is_over:
            left_behind.extend(due)
        return is_over

    if not _tried(due, send, clock, down=senders.down):
        return 0
    return _settle_sent(due, clock=clock)


def _settle_sent(messages: Sequence[Message], *, clock: Clock) -> int:
    return sum(queue.settle(message, Message.State.SENT, at=clock()) for message in messages)


def _end(messages: Sequence[Message], outcome: Outcome, *, clock: Clock) -> None:
    """Record the result of a conversation that continued in the background."""

    def tell() -> bool:
        if outcome is not None:
            raise outcome
        return True

    if _tried(messages, tell, clock):
        _settle_sent(messages, clock=clock)


def _tried(
    messages: Sequence[Message], act: Callable[[], bool], clock: Clock, *, down: set[str] | None = None
) -> bool:
    """The result of `act`; an exception is classified, noted on each message, and gives False."""
    try:
        return act()
    except TransportError as error:
        for message in messages:
            log.warning("not delivered", message=str(message.uuid), kind=message.kind, error=str(error))
            if error.is_down and down is not None:
                down.add(message.channel)
            note_failure(message, error, at=clock())
    except (OperationalError, InterfaceError) as error:
        # A locked row or a database that does not answer says nothing about the message.
        for message in messages:
            log.warning("not now", message=str(message.uuid), kind=message.kind, error=type(error).__name__)
            queue.put_off(message, at=clock(), error=type(error).__name__)
    except Exception as error:  # noqa: BLE001 - one poisonous row must not stop the queue behind it
        # The exception's message may name a person, so only its type and the id are logged.
        name = type(error).__name__
        for message in messages:
            log.error("message cannot be made", message=str(message.uuid), kind=message.kind, error=name)
            note_unmade(message, name, at=clock())
    return False


def _decide(message: Message, *, clock: Clock) -> bool:
    """Whether a message is still due now."""
    at = clock()
    decision = kind_of(message.kind).still_due(message, at=at)
    if isinstance(decision, datetime):
        queue.defer(message, until=decision)
        return False
    if not decision:
        queue.settle(message, Message.State.CANCELLED, at=at)
    return decision


def _made_as_bundle(messages: Sequence[Message]) -> Parcel | None:
    """One bundle of several messages; None if it cannot be made."""
    try:
        return bundler_of(messages[0].kind).render_bundle(messages)
    except Exception:  # noqa: BLE001 - each of them is tried alone, and fails with its own reason
        return None
