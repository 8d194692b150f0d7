"""A mail server that fails at an exact point of its conversation, and remembers every accepted mail."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from enum import Enum

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.smtp_sink import SmtpSink

LONGEST_HOLD_SECONDS = 90.0


class Point(Enum):
    """Where a worker is when the server makes it wait."""

    BETWEEN_CLAIM_AND_SEND = "claimed, nothing taken"
    BETWEEN_SEND_AND_MARK = "taken, not answered"


class TroubledSink(SmtpSink):
    """Holds a conversation at a point, hangs up in the middle of a mail, or stops answering."""

    def __init__(self) -> None:
        super().__init__()
        self.holds_at: Point | None = None
        self.is_held = threading.Event()
        self.may_go_on = threading.Event()
        self.answer_to_sender = "250 OK"
        self.hangs_up = False
        self.says_nothing_for = 0.0
        self.is_slow_for: dict[str, float] = {}

    def hold(self, point: Point) -> None:
        """From now on, clients wait at this point."""
        self.is_held.clear()
        self.may_go_on.clear()
        self.holds_at = point

    def let_go(self) -> None:
        """Waiting clients continue, and nobody waits any more."""
        self.holds_at = None
        self.may_go_on.set()

    def recover(self) -> None:
        """Be an ordinary server again."""
        self.let_go()
        self.answer, self.answer_to_sender, self.hangs_up, self.says_nothing_for = (
            "250 taken",
            "250 OK",
            False,
            0.0,
        )
        self.answer_to_recipient.clear()

    def copies(self) -> Counter[str]:
        """How often each message was accepted, by its Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in list(self.mails))

    async def handle_MAIL(  # noqa: N802 - the server's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a sender, or answer as configured."""
        await self._wait_at(Point.BETWEEN_CLAIM_AND_SEND)
        envelope.mail_from = address
        return self.answer_to_sender

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accept a mail, unless configured to fail."""
        if self.hangs_up:
            server.transport.abort()
            return "421 gone"
        await asyncio.sleep(max([self.says_nothing_for, *self._slowness(envelope)]))
        answer = await super().handle_DATA(server, session, envelope)
        await self._wait_at(Point.BETWEEN_SEND_AND_MARK)
        return answer

    def _slowness(self, envelope: Envelope) -> list[float]:
        return [self.is_slow_for.get(address, 0.0) for address in envelope.rcpt_tos]

    async def _wait_at(self, point: Point) -> None:
        if self.holds_at is point:
            self.is_held.set()
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, self.may_go_on.wait, LONGEST_HOLD_SECONDS)
