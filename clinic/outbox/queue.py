"""The queue: rows of the outbox are made, claimed and settled."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least

from clinic.models import Clinic, Message
from clinic.models.message import MessageQuerySet
from clinic.outbox.bell import ring
from clinic.outbox.errors import Failure
from clinic.outbox.kinds import kind_of
from clinic.outbox.leases import lease_of

log = structlog.stdlib.get_logger(__name__)

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
MAX_ATTEMPTS = 12
# Urgent mail is retried more often, and for longer than it takes to alert the next person of the chain.
LONGEST_URGENT_PAUSE = timedelta(minutes=2)
MAX_URGENT_ATTEMPTS = 60
# A message that cannot be made is given up at the third attempt; one whose senders die, at the sixth.
MAX_SPOILED = 3
MAX_DEATHS = 6
# The most messages that are sent as one.
LARGEST_BUNDLE = 50


def enqueue(
    *,
    clinic: Clinic,
    kind: str,
    subject_id: int,
    recipient: str,
    dedup_key: str,
    guarantee: Message.Guarantee,
    due_at: datetime,
    at: datetime,
    is_urgent: bool = False,
    group_key: str = "",
    bundle_key: str = "",
    channel: Message.Channel = Message.Channel.EMAIL,
) -> None:
    """Add a message for `dedup_key` in the caller's transaction; a second call with the same key adds nothing."""
    message = Message(
        clinic=clinic,
        dedup_key=dedup_key,
        kind=kind,
        subject_id=subject_id,
        recipient=recipient,
        guarantee=guarantee,
        is_urgent=is_urgent,
        group_key=group_key,
        bundle_key=bundle_key,
        channel=channel,
        created_at=at,
        due_at=due_at,
    )
    enqueue_all([message], at=at)


def mail_member(
    member_id: int, *, clinic: Clinic, kind: str, subject_id: int, dedup_key: str, at: datetime
) -> None:
    """Queue a mail to a member of staff, due now and retried until it is accepted."""
    enqueue(
        clinic=clinic,
        kind=kind,
        subject_id=subject_id,
        recipient=f"membership:{member_id}",
        dedup_key=dedup_key,
        guarantee=Message.Guarantee.AT_LEAST_ONCE,
        due_at=at,
        at=at,
    )


def enqueue_all(messages: Sequence[Message], *, at: datetime) -> None:
    """Add messages with their keys in one statement; existing keys are skipped.

    None of a practice clinic: nothing of it is sent.
    """
    messages = [message for message in messages if not message.clinic.is_practice]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    if any(message.due_at <= at for message in messages):
        ring_on_commit()


def ring_on_commit() -> None:
    """Notify a worker once the transaction commits: once, however many messages it made."""
    if not any(entry[1] is ring for entry in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)


@transaction.atomic
def claim_next(*, at: datetime, without: Collection[str] = (), is_urgent_only: bool = False) -> Message | None:
    """The most urgent due message, leased to the caller; None if nothing is due.

    `without` names channels that are down.
    """
    waiting = Message.objects.due_by(at).order_by("-is_urgent", "due_at")
    if is_urgent_only:
        waiting = waiting.filter(is_urgent=True)
    if without:
        waiting = waiting.exclude(channel__in=without)
    message = waiting.select_for_update(skip_locked=True).first()
    if message is None:
        return None
    _lease(message, at=at)
    return message


def claim_with(message: Message, *, at: datetime) -> list[Message]:
    """A claimed message and those due that can be sent with it, leased to the caller too; oldest first."""
    if not message.bundle_key:
        return [message]
    # The mail has the id of the oldest one, so that a duplicate has the same id.
    return sorted([message, *_claim_others(message, at=at)], key=lambda one: one.pk)


@transaction.atomic
def _claim_others(message: Message, *, at: datetime) -> list[Message]:
    waiting = Message.objects.due_by(at).filter(
        clinic=message.clinic_id,
        kind=message.kind,
        channel=message.channel,
        recipient=message.recipient,
        bundle_key=message.bundle_key,
        guarantee=Message.Guarantee.AT_LEAST_ONCE,
    )
    others = list(waiting.order_by("due_at").select_for_update(skip_locked=True)[: LARGEST_BUNDLE - 1])
    for other in others:
        _lease(other, at=at)
    return others


def _lease(message: Message, *, at: datetime) -> None:
    message.state = Message.State.SENDING
    message.lease_until, message.claim = at + lease_of(message), uuid.uuid4()
    message.n_attempts += 1
    message.save(update_fields=["state", "lease_until", "claim", "n_attempts"])


def renew(message: Message, *, at: datetime) -> bool:
    """Extend the lease of a claimed message; False if somebody else has it by now."""
    return bool(_mine(message).update(lease_until=at + lease_of(message)))


def settle(
    message: Message, state: Message.State, *, at: datetime, error: str = "", is_refused: bool = False
) -> bool:
    """Set the final state of a message; False if somebody else holds the lease by now.

    Its owner is informed in the same transaction. An owner that raises is logged and skipped: the row leaves the
    queue anyway, because otherwise it would block everything behind it.
    """
    message.is_refused = is_refused
    try:
        return _settle_with_owner(message, state, at=at, error=error)
    except Exception as failure:  # noqa: BLE001 - see above
        name = type(failure).__name__
        log.error("owner of a message failed", message=str(message.uuid), kind=message.kind, error=name)
        return _end(message, state, at=at, error=error or f"owner failed: {name}")


@transaction.atomic
def _settle_with_owner(message: Message, state: Message.State, *, at: datetime, error: str) -> bool:
    if not _end(message, state, at=at, error=error):
        return False
    kind_of(message.kind).settled(message, at=at)
    return True


def _end(message: Message, state: Message.State, *, at: datetime, error: str) -> bool:
    ended = {"state": state, "settled_at": at, "error": error, "is_refused": message.is_refused}
    if not _mine(message).update(lease_until=None, claim=None, **_troubles(message), **ended):
        return False
    message.state, message.settled_at, message.error = state, at, error
    return True


def _mine(message: Message) -> MessageQuerySet:
    """The row, as long as the caller's claim is valid."""
    return Message.objects.filter(pk=message.pk, state=Message.State.SENDING, claim=message.claim)


def put_off(message: Message, *, at: datetime, error: str, retry_after: timedelta | None = None) -> bool:
    """Try again later, each time later than before; failed for good after the last attempt."""
    if message.n_attempts >= (MAX_URGENT_ATTEMPTS if message.is_urgent else MAX_ATTEMPTS):
        return settle(message, Message.State.FAILED, at=at, error=error)
    pause = pause_after(message.n_attempts, is_urgent=message.is_urgent)
    return _wait_again(message, due_at=at + max(pause, retry_after or pause), error=error)


def keep(message: Message, *, at: datetime, error: str) -> bool:
    """Try again soon and without limit: the failure says nothing about the message or its recipient."""
    return _wait_again(message, due_at=at + pause_after(message.n_attempts, is_urgent=True), error=error)


def note_trouble(message: Message, about: Message.Trouble, *, at: datetime) -> None:
    """Note why an attempt failed and since when (saved with the new state of the message)."""
    if message.trouble != about or message.troubled_at is None:
        message.trouble, message.troubled_at = about, at


def defer(message: Message, *, until: datetime) -> bool:
    """Not yet: nothing failed, it is only too early, and the claim was no attempt."""
    message.n_attempts -= 1
    waiting = {"state": Message.State.PENDING, "lease_until": None, "claim": None, "first_due_at": None}
    return bool(_mine(message).update(due_at=until, error="", n_attempts=message.n_attempts, **waiting))


def _wait_again(message: Message, *, due_at: datetime, error: str) -> bool:
    message.first_due_at = message.first_due_at or message.due_at
    waiting = {"state": Message.State.PENDING, "lease_until": None, "claim": None}
    failed = {"n_attempts": message.n_attempts, "error": error, "first_due_at": message.first_due_at}
    return bool(_mine(message).update(due_at=due_at, **failed, **_troubles(message), **waiting))


def _troubles(message: Message) -> dict[str, object]:
    return {"trouble": message.trouble, "troubled_at": message.troubled_at, "n_spoiled": message.n_spoiled}


def pause_after(n_attempts: int, *, is_urgent: bool = False) -> timedelta:
    """The pause after so many failed attempts: doubling, capped, with a fifth of jitter."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    longest = LONGEST_URGENT_PAUSE if is_urgent else LONGEST_PAUSE
    # The exponent is bounded, because a pause of centuries does not fit a timedelta.
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(n_attempts - 1, 20), longest) * jitter
    return pause


def release_lapsed(*, at: datetime) -> int:
    """Take back what a dead process held: staff mail waits again, patients' mail is marked as unknown.

    A message that ends its process at every attempt fails after the last of them.
    """
    lapsed = Message.objects.lapsed_by(at)
    staff = lapsed.filter(guarantee=Message.Guarantee.AT_LEAST_ONCE)
    is_worn_out = Q(n_attempts__gte=MAX_URGENT_ATTEMPTS) | Q(is_urgent=False, n_attempts__gte=MAX_ATTEMPTS)
    is_worn_out |= Q(n_spoiled__gte=MAX_DEATHS - 1)
    again = staff.exclude(is_worn_out)
    n_released = again.update(
        state=Message.State.PENDING,
        lease_until=None,
        claim=None,
        n_spoiled=F("n_spoiled") + 1,
        first_due_at=Coalesce("first_due_at", "due_at"),
        due_at=Least(F("lease_until"), at),
    )
    for message in staff.filter(is_worn_out):
        n_released += settle(message, Message.State.FAILED, at=at, error=Failure.SENDER_DIED)
    for message in lapsed.filter(guarantee=Message.Guarantee.AT_MOST_ONCE):
        n_released += settle(message, Message.State.UNKNOWN, at=at, error=Failure.SENDER_DIED)
    return n_released


def settle_as_unknown(*, due_by: datetime, error: str, at: datetime) -> Counter[str]:
    """Mark everything that is due or being sent as perhaps sent; returns how many of each kind.

    For an installation that was restored from a backup while no process sends: see `manage.py restore`.
    """
    waiting = Q(state=Message.State.PENDING, due_at__lte=due_by) | Q(state=Message.State.SENDING)
    settled: Counter[str] = Counter()
    for message in Message.objects.all_clinics().filter(waiting).order_by("pk").iterator():
        _lease(message, at=at)
        settled[message.kind] += settle(message, Message.State.UNKNOWN, at=at, error=error)
    return settled


def hurry_urgent(*, at: datetime) -> int:
    """Send urgent mail now if it is dated in the future only because a clock was set back."""
    made_later = Message.objects.filter(state=Message.State.PENDING, is_urgent=True, created_at__gt=at)
    return made_later.filter(n_attempts=0, due_at__gt=at).update(due_at=at)


def cancel_waiting(*, kind: str, subject_id: int, at: datetime) -> int:
    """Cancel what waits about a subject; a message that is being sent decides for itself."""
    waiting = Message.objects.filter(kind=kind, subject_id=subject_id, state=Message.State.PENDING)
    return waiting.update(state=Message.State.CANCELLED, settled_at=at)
