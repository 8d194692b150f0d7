"""What every transport accepts and how it fails.

To add a channel: a class with `send` and `close`, a name in `Message.Channel`, a line in `settings.TRANSPORTS`.
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
    """A mail as it is sent."""

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
    """A message for a machine, such as a chat or an SMS gateway: a few facts that name no person."""

    # Both may grant access, so neither appears in the repr.
    to: str = field(repr=False)
    secret: str = field(repr=False)
    message_id: str
    facts: Mapping[str, str | int]


Parcel = Mail | Notice


class TransportError(Exception):
    """Not delivered. Permanent: another attempt cannot help. The text names no person and no address.

    About: what the failure is about: the address, this installation, the message, or the connection.
    Ambiguous: the other side may have accepted it without being able to confirm.
    Down: the whole channel is down, so nothing else should be tried on it now.
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
        """Send it; raises TransportError."""

    def close(self) -> None:
        """Close what was opened; never raises."""
