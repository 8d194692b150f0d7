"""What the outbox knows of a message: the object that `settings.MESSAGE_KINDS` names for its kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from clinic.models import Message
from clinic.outbox.transports.base import Parcel


class MessageKind(Protocol):
    """The owner of a kind of message."""

    def still_due(self, message: Message, *, at: datetime) -> bool | datetime:
        """The decision to send, made again right before sending: yes, no, or not before a time."""

    def render(self, message: Message) -> Parcel:
        """What its channel carries; raises TransportError(permanent=True) where nobody can be reached."""

    def settled(self, message: Message, *, at: datetime) -> None:
        """Told once, in the settling transaction, with `message.state` sent, cancelled, failed or unknown."""


class BundlingKind(MessageKind, Protocol):
    """One whose messages may have a `bundle_key`."""

    def render_bundle(self, messages: Sequence[Message]) -> Parcel:
        """One parcel of several messages to one recipient, sent under the first one's name."""


@cache
def kind_of(name: str) -> MessageKind:
    """The owner of the kind; KeyError or ImportError where the setting is wrong."""
    return cast(MessageKind, import_string(settings.MESSAGE_KINDS[name]))


def bundler_of(name: str) -> BundlingKind:
    """The owner of a kind whose messages may leave together."""
    return cast(BundlingKind, kind_of(name))
