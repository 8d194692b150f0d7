"""A mail backend in memory whose process may die before or after the server accepted the mail."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.mail.backends.base import BaseEmailBackend

PATH = "tests.faults.memory.MemoryBackend"


class Died(BaseException):
    """The process is dead: nothing after this line ran."""


class MemoryBackend(BaseEmailBackend):
    """Stores the Message-ID of every accepted mail; dies once on request."""

    taken: ClassVar[list[str]] = []
    dies: ClassVar[str] = ""

    @classmethod
    def forget(cls) -> None:
        """Start again."""
        cls.taken.clear()
        cls.dies = ""

    def send_messages(self, email_messages: Any) -> int:
        """Accept them, as far as the process lives."""
        for message in email_messages:
            self._die_if("before")
            type(self).taken.append(message.extra_headers["Message-ID"])
            self._die_if("after")
        return len(email_messages)

    def _die_if(self, moment: str) -> None:
        if type(self).dies == moment:
            type(self).dies = ""
            raise Died
