"""A kind of message for tests: behaves as configured, and remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clinic.models import Message
from clinic.outbox.compose import message_id
from clinic.outbox.transports.base import Mail, TransportError

PATH = "tests.clinic.outbox.pigeon.pigeon"


@dataclass
class Pigeon:
    """Owner of the kind `pigeon`; the recipient of a message is its address."""

    decision: bool | datetime = True
    # By recipient: what fails while its mail is made, and when it is settled.
    fails_to_render: dict[str, Exception] = field(default_factory=dict)
    fails_to_settle: dict[str, Exception] = field(default_factory=dict)
    fails_together: bool = False
    settled_as: list[tuple[str, str]] = field(default_factory=list)

    def still_due(self, message: Message, *, at: datetime) -> bool | datetime:
        """As configured."""
        return self.decision

    def render(self, message: Message) -> Mail:
        """A mail to the recipient, unless configured to fail."""
        if message.recipient in self.fails_to_render:
            raise self.fails_to_render[message.recipient]
        headers = {"Message-ID": message_id(message)}
        return Mail(message.recipient, "A subject", "A text\n", "<p>A text</p>", headers=headers)

    def render_bundle(self, messages: Sequence[Message]) -> Mail:
        """One mail under the id of the first message, unless one of them fails."""
        if self.fails_together:
            raise KeyError
        headers = {"Message-ID": message_id(messages[0])}
        return Mail(messages[0].recipient, f"{len(messages)} things", "Text\n", "<p>Text</p>", headers=headers)

    def settled(self, message: Message, *, at: datetime) -> None:
        """Remember it, unless configured to fail."""
        if message.recipient in self.fails_to_settle:
            raise self.fails_to_settle[message.recipient]
        self.settled_as.append((message.recipient, str(message.state)))

    def forget(self) -> None:
        """Start again."""
        self.decision, self.fails_together = True, False
        for remembered in (self.fails_to_render, self.fails_to_settle, self.settled_as):
            remembered.clear()

    def refuse(self, recipient: str, *, permanent: bool) -> None:
        """Refuse a recipient."""
        self.fails_to_render[recipient] = TransportError("refused", permanent=permanent)


pigeon = Pigeon()
