"""Renews the claims of this process regularly: a claim that nobody renews belongs to a dead process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from django.db import Error, connection

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.leases import URGENT_LEASE

log = structlog.stdlib.get_logger(__name__)

Clock = Callable[[], datetime]
# Several times in each lease, so that one late renewal loses nothing.
SECONDS_BETWEEN = URGENT_LEASE.total_seconds() / 4


class Holder:
    """A thread with its own connection that renews claims while there are any."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[Message, Clock]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process = 0

    def hold(self, messages: Iterable[Message], *, clock: Clock) -> None:
        """Renew these claims until they are released."""
        with self._changed:
            self._held.update({message.pk: (message, clock) for message in messages})
            # A thread does not survive a fork.
            if self._thread is None or self._process != os.getpid():
                self._process = os.getpid()
                self._thread = threading.Thread(target=self._renew_for_ever, name="claims", daemon=True)
                self._thread.start()
            self._changed.notify()

    def let_go(self, messages: Iterable[Message]) -> None:
        """Stop renewing: they are settled, or wait again."""
        with self._changed:
            for message in messages:
                self._held.pop(message.pk, None)
            self._changed.notify()

    def _renew_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held)
                # Claims that are over by then need no connection.
                self._changed.wait_for(lambda: not self._held, timeout=SECONDS_BETWEEN)
                held = list(self._held.values())
            self._renew(held)

    def _renew(self, held: list[tuple[Message, Clock]]) -> None:
        try:
            for message, clock in held:
                if message.pk in self._held:
                    queue.renew(message, at=clock())
        except Error as error:
            log.warning("claims not renewed", error=type(error).__name__)
        finally:
            connection.close()


holder = Holder()
