"""A mail server that stores its mails, or refuses them as configured."""

from __future__ import annotations

import socket
from asyncio import AbstractServer
from collections.abc import Awaitable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _OnOwnSocket(Controller):
    """Listens on a port that it reserves from the start, so that nobody else can take it."""

    def __init__(self, handler: object, *, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        hostname, port = self._socket.getsockname()
        super().__init__(handler, hostname=hostname, port=port)

    def _create_server(self) -> Awaitable[AbstractServer]:
        return cast(Awaitable[AbstractServer], self.loop.create_server(self._factory_invoker, sock=self._socket))


class SmtpSink:
    """Context manager; `mails` holds what was accepted, in order."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 taken"
        self.answer_to_recipient: dict[str, str] = {}
        self._controller = _OnOwnSocket(self)

    @property
    def host(self) -> str:
        """Its host."""
        return str(self._controller.hostname)

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._controller.port)

    def stop(self) -> None:
        """Stop listening; accepted mails are kept."""
        self._controller.stop()

    def listen_again(self) -> None:
        """Listen on the same port again."""
        self._controller = _OnOwnSocket(self, port=self.port)
        self._controller.start()

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one person."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    async def handle_RCPT(  # noqa: N802 - the server's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or answer as configured."""
        answer = self.answer_to_recipient.get(address)
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accept a mail, or answer as configured."""
        if self.answer.startswith("2"):
            content = cast(bytes, envelope.original_content)
            self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=default)))
        return self.answer

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
