"""How long a claimed message is held by one worker before another one takes it."""

from __future__ import annotations

from datetime import timedelta

from clinic.models import Message

LEASE = timedelta(seconds=60)
# The lease of an emergency is short and renewed often: a sender that dies delays it only by seconds.
URGENT_LEASE = timedelta(seconds=10)


def lease_of(message: Message) -> timedelta:
    """How long a claim lasts without renewal."""
    return URGENT_LEASE if message.is_urgent else LEASE
