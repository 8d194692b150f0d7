"""SMTP with a hand on the socket from the first moment, so that a whole conversation can be cut short.

A server that drips its words meets every time-out of a single wait, and would hold a mail beyond its lease.
"""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from socket import SHUT_RDWR
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

Hold = Callable[[smtplib.SMTP], None]


class _Plain(smtplib.SMTP):
    def __init__(self, hold: Hold, *args: Any, **kwargs: Any) -> None:
        hold(self)
        super().__init__(*args, **kwargs)


class _Tls(smtplib.SMTP_SSL):
    def __init__(self, hold: Hold, *args: Any, **kwargs: Any) -> None:
        hold(self)
        super().__init__(*args, **kwargs)


class SmtpBackend(EmailBackend):
    """Django's, which knows its client while the server has not even greeted it."""

    client: smtplib.SMTP | None = None

    @property
    def connection_class(self) -> Any:
        """The client of the wanted kind."""
        return partial(_Tls if self.use_ssl else _Plain, self._hold)

    def _hold(self, client: smtplib.SMTP) -> None:
        self.client = client

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Whatever is said inside ends within so many seconds: then the line is cut, and smtplib raises."""
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
