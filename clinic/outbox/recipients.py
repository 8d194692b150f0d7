"""Whom mail to staff may reach: asked in one way for every kind of it."""

from __future__ import annotations

from clinic.models import Membership, Message, User
from clinic.outbox.errors import Failure
from clinic.outbox.transports.base import TransportError


def member_of(message: Message) -> Membership:
    """The member a message is for, whether they can be reached or not."""
    members = Membership.objects.for_clinic(message.clinic).select_related("user", "clinic")
    return members.get(pk=message.recipient_id)


def reachable_member(message: Message) -> Membership:
    """The same where something can be sent to them; a failure for good where they left or have no address."""
    member = member_of(message)
    if not member.is_active or not member.address:
        raise TransportError(Failure.NO_ADDRESS, permanent=True)
    return member


def account_address(user: User, *, instead: str = "") -> str:
    """Where mail about somebody's account goes; a failure for good where there is no address."""
    if not (instead or user.email):
        raise TransportError(Failure.NO_ADDRESS, permanent=True)
    return instead or user.email
