"""What a failure is about, what follows from that for the message, and the faults that come of it.

A refusal is about somebody. About the address: it is marked, and the next person is told. About us, or every
recipient refused alike: the message is kept, nobody is marked, and a fault says so at once. About the message
itself: it is given up soon.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Q

from clinic.models import Fault, Message
from clinic.outbox import queue
from clinic.outbox.transports.base import TransportError

REFUSED = (Message.Trouble.ADDRESS, Message.Trouble.US)
# A lone refusal that nothing speaks for or against is believed with the third.
BELIEVED_ALONE = 3
# For how long a fault about messages that were given up stays without another one.
LONGEST_UNSENDABLE = timedelta(days=1)


class RefusalCause(Enum):
    """What a refused address comes to."""

    ADDRESS = "the address"
    US = "this installation"
    UNDECIDED = "not known yet"


def note_failure(message: Message, error: TransportError, *, at: datetime) -> None:
    """For good, for now, or nobody knows: what may have arrived is not sent to a patient twice."""
    reason = str(error)
    if error.about is Message.Trouble.US:
        _keep_for_us(message, reason, at=at)
    elif error.permanent and error.about is Message.Trouble.ADDRESS:
        _note_refusal(message, reason, at=at)
    elif error.permanent:
        queue.note_trouble(message, error.about, at=at)
        queue.settle(message, Message.State.FAILED, at=at, error=reason)
    elif error.is_ambiguous and message.guarantee == Message.Guarantee.AT_MOST_ONCE:
        queue.settle(message, Message.State.UNKNOWN, at=at, error=reason)
    else:
        queue.note_trouble(message, error.about, at=at)
        queue.put_off(message, at=at, error=reason, retry_after=error.retry_after)


def note_unmade(message: Message, reason: str, *, at: datetime) -> None:
    """It could not be made, or not be addressed: given up with the third attempt, and a fault."""
    queue.note_trouble(message, Message.Trouble.MESSAGE, at=at)
    message.n_spoiled += 1
    if message.n_spoiled < queue.MAX_SPOILED:
        queue.put_off(message, at=at, error=reason)
        return
    Fault.find(Fault.Kind.UNSENDABLE, unsendable_subject(message), at=at)
    queue.settle(message, Message.State.FAILED, at=at, error=reason)


def unsendable_subject(message: Message) -> str:
    """What a fault about such messages is about: a kind of message of one clinic."""
    return f"clinic:{message.clinic_id}:{message.kind}"


def end_faults(*, at: datetime) -> None:
    """Faults of the outbox that are no longer so. Costs a query while there are none."""
    kinds = (Fault.Kind.REFUSED, Fault.Kind.UNSENDABLE)
    for fault in Fault.objects.open().filter(kind__in=kinds):
        is_refused = fault.kind == Fault.Kind.REFUSED
        if (_is_taken_again if is_refused else _is_made_again)(fault, at=at):
            Fault.over(Fault.Kind(fault.kind), at=at, pk=fault.pk)


def cause_of_refusal(message: Message, *, at: datetime) -> RefusalCause:
    """Whom a refused address speaks against: what became of other people's mail since says so."""
    others = Message.objects.filter(channel=message.channel).exclude(recipient=message.recipient)
    if message.channel != Message.Channel.EMAIL:
        # Each has a server of its own.
        return RefusalCause.ADDRESS
    since = message.troubled_at if message.trouble in REFUSED and message.troubled_at else at
    if others.filter(state=Message.State.SENT, settled_at__gte=since).exists():
        return RefusalCause.ADDRESS
    if others.pending().filter(trouble__in=REFUSED).exists():
        return RefusalCause.US
    return RefusalCause.ADDRESS if message.n_spoiled >= BELIEVED_ALONE else RefusalCause.UNDECIDED


def _note_refusal(message: Message, reason: str, *, at: datetime) -> None:
    message.n_spoiled += 1
    cause = cause_of_refusal(message, at=at)
    if cause is RefusalCause.US:
        _keep_for_us(message, reason, at=at)
        return
    queue.note_trouble(message, Message.Trouble.ADDRESS, at=at)
    if cause is RefusalCause.ADDRESS:
        queue.settle(message, Message.State.FAILED, at=at, error=reason, is_refused=True)
    else:
        queue.keep(message, at=at, error=reason)


def _keep_for_us(message: Message, reason: str, *, at: datetime) -> None:
    queue.note_trouble(message, Message.Trouble.US, at=at)
    Fault.find(Fault.Kind.REFUSED, f"channel:{message.channel}", at=at)
    queue.keep(message, at=at, error=reason)


def _is_taken_again(fault: Fault, *, at: datetime) -> bool:
    """Nothing waits any more that was refused on our account."""
    channel = fault.subject.partition(":")[2]
    refused = Message.objects.pending().filter(channel=channel, trouble=Message.Trouble.US)
    return not refused.exists()


def _is_made_again(fault: Fault, *, at: datetime) -> bool:
    """Another of that kind was sent since, or none was given up for a day."""
    _clinic, number, kind = fault.subject.split(":", 2)
    messages = Message.objects.filter(clinic=int(number), kind=kind)
    if messages.filter(state=Message.State.SENT, settled_at__gt=fault.found_at).exists():
        return True
    given_up = Q(state=Message.State.FAILED, trouble=Message.Trouble.MESSAGE)
    return not messages.filter(given_up, settled_at__gt=at - LONGEST_UNSENDABLE).exists()
