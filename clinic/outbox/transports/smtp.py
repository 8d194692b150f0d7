"""SMTP with a limit for every wait: to connect, for each answer, and for the end of a mail.

A server that sends byte by byte meets the time limit of every single read: here the whole answer counts.
"""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from socket import SHUT_RDWR, socket
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

READ_BYTES = 4096


class _Answers:
    """A server's answers, line by line; an answer that is not complete in time is a time-out."""

    def __init__(self, line: socket) -> None:
        self._line = line
        self._rest = b""
        self.ends_at = 0.0

    def readline(self, longest: int) -> bytes:
        """The next line, or what was received before the connection closed."""
        while b"\n" not in self._rest and len(self._rest) < longest:
            left = self.ends_at - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self._line.settimeout(left)
            chunk = self._line.recv(READ_BYTES)
            if not chunk:
                break
            self._rest += chunk
        end = self._rest.find(b"\n") + 1 or len(self._rest)
        found, self._rest = self._rest[: min(end, longest)], self._rest[min(end, longest) :]
        return found

    def close(self) -> None:
        """Do nothing: the owner closes the connection."""


class _Limited(smtplib.SMTP):
    """A client whose every wait has a limit, and that knows whether the server may have accepted a mail."""

    def __init__(self, hold: Callable[[_Limited], None], *args: Any, **kwargs: Any) -> None:
        hold(self)
        # While the content of a mail is unanswered, nobody knows whether it was accepted.
        self.may_have_taken = False
        self._is_content_sent = False
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        """The answer, complete and in time."""
        if self.file is None:
            self.file = _Answers(self.sock)  # type: ignore[arg-type]
        answers: _Answers = self.file
        answers.ends_at = time.monotonic() + self._patience()
        return super().getreply()

    def _patience(self) -> float:
        if self._is_content_sent:
            return float(settings.SMTP_DATA_SECONDS)
        is_greeted = self.helo_resp is not None or self.ehlo_resp is not None
        return float(settings.SMTP_COMMAND_SECONDS if is_greeted else settings.SMTP_CONNECT_SECONDS)

    def send(self, s: Any) -> None:
        """Send a command within its time limit."""
        if self.sock is not None:
            self.sock.settimeout(settings.SMTP_COMMAND_SECONDS)
        super().send(s)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content of a mail and read the answer."""
        self.putcmd("data")
        code, words = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, words)
        content = smtplib._quote_periods(msg if isinstance(msg, bytes) else msg.encode("ascii"))  # type: ignore[attr-defined]
        content = content if content.endswith(b"\r\n") else content + b"\r\n"
        self.may_have_taken = True
        self.send(content + b".\r\n")
        self._is_content_sent = True
        try:
            answer = self.getreply()
        finally:
            self._is_content_sent = False
        self.may_have_taken = False
        return answer


class _Tls(_Limited, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class SmtpBackend(EmailBackend):
    """Django's backend, which has its client even before the server greets it."""

    client: _Limited | None = None

    @property
    def connection_class(self) -> Any:
        """The client class for the chosen TLS."""
        return partial(_Tls if self.use_ssl else _Limited, self._hold)

    def _hold(self, client: _Limited) -> None:
        self.client = client

    @property
    def may_have_taken(self) -> bool:
        """Whether the last mail may have been accepted without confirmation."""
        return self.client is not None and self.client.may_have_taken

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Everything inside ends within so many seconds: then the connection is cut, and smtplib raises."""
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        with suppress(OSError):
            if self.client is not None and self.client.sock is not None:
                self.client.sock.shutdown(SHUT_RDWR)
