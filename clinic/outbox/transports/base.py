"""What every transport takes and how it fails.

A further channel is a class with `send` and `close`, a name in `Message.Channel`, a line in `settings.TRANSPORTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeVar

from clinic.models import Message

About = Message.Trouble


@dataclass(frozen=True)
class InlinePicture:
    """A PNG that travels in a mail, named there by its Content-ID: nothing is fetched when the mail is opened."""

    cid: str
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """A message as it leaves the house."""

    to: str
    subject: str
    text: str
    html: str
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    # The From header; empty for the installation's own. The second one is used where a server refuses the first.
    sender: str = ""
    usual_sender: str = ""
    picture: InlinePicture | None = None


@dataclass(frozen=True)
class Notice:
    """A message for a machine, such as a chat or an SMS gateway: a few facts, and no person in them."""

    # Both may open a door: neither is shown where the notice is.
    to: str = field(repr=False)
    secret: str = field(repr=False)
    message_id: str
    facts: Mapping[str, str | int]


Parcel = Mail | Notice


class TransportError(Exception):
    """Not delivered. Permanent: another attempt cannot help. The text names no person and no address.

    About: whom the failure tells something of: the address, this installation, the message, the way there.
    Ambiguous: the other side may have taken it and could not say so any more.
    Down: the whole channel is away, so that nothing else need be tried on it now.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        about: About = About.WAY,
        is_ambiguous: bool = False,
        is_down: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.about = about
        self.is_ambiguous = is_ambiguous
        self.is_down = is_down
        self.retry_after = retry_after


ParcelT = TypeVar("ParcelT", contravariant=True)


class Transport(Protocol[ParcelT]):
    """A channel that is opened once for many messages; made without arguments."""

    def send(self, parcel: ParcelT, /) -> None:
        """Hand it over; raises TransportError."""

    def close(self) -> None:
        """Let go of what was opened; never raises."""
