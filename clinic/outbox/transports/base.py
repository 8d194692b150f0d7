"""What every transport takes and how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Mail:
    """A message as it leaves the house."""

    to: str
    subject: str
    text: str
    html: str
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class TransportError(Exception):
    """Not delivered. Permanent: another attempt cannot help. The text names no person.

    Ambiguous: the other side may have taken it and could not say so any more.
    """

    def __init__(self, reason: str, *, permanent: bool, is_ambiguous: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.is_ambiguous = is_ambiguous


class Transport(Protocol):
    """A channel that is opened once for many messages."""

    def send(self, mail: Mail) -> None:
        """Hand the mail over; raises TransportError."""

    def close(self) -> None:
        """Let go of the connection; never raises."""
