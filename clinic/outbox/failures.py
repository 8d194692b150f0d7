"""What a failure is about, what it means for the message, and which fault it raises.

A refusal can be about the address: then the address is marked and the next person is alerted. It can be about us,
or all recipients are refused alike: then the message is kept, nobody is marked, and a fault is raised at once. Or
it is about the message itself: then the message is soon given up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Q

from clinic.models import Fault, Message
from clinic.outbox import queue
from clinic.outbox.transports.base import TransportError

REFUSED = (Message.Trouble.ADDRESS, Message.Trouble.US)
# A single refusal without other evidence is believed at the third attempt.
BELIEVED_ALONE = 3
# A fault about messages that were given up stays open this long after the last one.
LONGEST_UNSENDABLE = timedelta(days=1)


class RefusalCause(Enum):
    """The cause of a refused address."""

    ADDRESS = "the address"
    US = "this installation"
    UNDECIDED = "not known yet"


def note_failure(message: Message, error: TransportError, *, at: datetime) -> None:
    """Note a failure as permanent, temporary or unknown; what may have arrived is not sent to a patient twice."""
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
    """The message could not be made or addressed: give it up at the third attempt, and raise a fault."""
    queue.note_trouble(message, Message.Trouble.MESSAGE, at=at)
    message.n_spoiled += 1
    if message.n_spoiled < queue.MAX_SPOILED:
        queue.put_off(message, at=at, error=reason)
        return
    Fault.find(Fault.Kind.UNSENDABLE, unsendable_subject(message), at=at)
    queue.settle(message, Message.State.FAILED, at=at, error=reason)


def unsendable_subject(message: Message) -> str:
    """The subject of a fault about such messages: one kind of message of one clinic."""
    return f"clinic:{message.clinic_id}:{message.kind}"


def end_faults(*, at: datetime) -> None:
    """End faults of the outbox that no longer apply. Costs one query while there are none."""
    kinds = (Fault.Kind.REFUSED, Fault.Kind.UNSENDABLE)
    for fault in Fault.objects.open().filter(kind__in=kinds):
        is_refused = fault.kind == Fault.Kind.REFUSED
        if (_is_taken_again if is_refused else _is_made_again)(fault, at=at):
            Fault.over(Fault.Kind(fault.kind), at=at, pk=fault.pk)


def cause_of_refusal(message: Message, *, at: datetime) -> RefusalCause:
    """Whether a refusal is about the address or about us, judged by what happened to other people's mail since."""
    others = Message.objects.filter(channel=message.channel).exclude(recipient=message.recipient)
    if message.channel != Message.Channel.EMAIL:
        # Each webhook has a server of its own.
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
    """Whether no message is waiting after a refusal that was about us."""
    channel = fault.subject.partition(":")[2]
    refused = Message.objects.pending().filter(channel=channel, trouble=Message.Trouble.US)
    return not refused.exists()


def _is_made_again(fault: Fault, *, at: datetime) -> bool:
    """Whether another message of that kind was sent since, or none was given up for a day."""
    _clinic, number, kind = fault.subject.split(":", 2)
    messages = Message.objects.filter(clinic=int(number), kind=kind)
    if messages.filter(state=Message.State.SENT, settled_at__gt=fault.found_at).exists():
        return True
    given_up = Q(state=Message.State.FAILED, trouble=Message.Trouble.MESSAGE)
    return not messages.filter(given_up, settled_at__gt=at - LONGEST_UNSENDABLE).exists()
