"""For each kind of message, the object that `settings.MESSAGE_KINDS` names."""

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
        """Decide again right before sending: yes, no, or not before a time."""

    def render(self, message: Message) -> Parcel:
        """The content for its channel; raises TransportError(permanent=True) if nobody can be reached."""

    def settled(self, message: Message, *, at: datetime) -> None:
        """Called once, in the settling transaction, with `message.state` sent, cancelled, failed or unknown."""


class BundlingKind(MessageKind, Protocol):
    """A kind whose messages may have a `bundle_key`."""

    def render_bundle(self, messages: Sequence[Message]) -> Parcel:
        """One bundle of several messages to one recipient, sent under the id of the first."""


@cache
def kind_of(name: str) -> MessageKind:
    """The owner of the kind; KeyError or ImportError if the setting is wrong."""
    return cast(MessageKind, import_string(settings.MESSAGE_KINDS[name]))


def bundler_of(name: str) -> BundlingKind:
    """The owner of a kind whose messages can be sent together."""
    return cast(BundlingKind, kind_of(name))
