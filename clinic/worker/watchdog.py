"""Treats a hung process as dead: it ends itself, and its supervisor starts it again.

A swallowed connection still acknowledges packets: no time-out of the system ends such a wait.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable

import structlog
from django.conf import settings

log = structlog.stdlib.get_logger(__name__)

# An exit code that the supervisor's log distinguishes from a crash.
EXIT_CODE = 75
SECONDS_BETWEEN_LOOKS = 1.0
GRACE_SECONDS = 20.0


def end_process(reason: str) -> None:
    """Log where it hung, then exit without waiting for anything."""
    log.critical("no progress: this process ends, to be started again", watched=reason)
    faulthandler.dump_traceback(file=sys.__stderr__ or 2, all_threads=True)
    os._exit(EXIT_CODE)


class Watchdog:
    """Watches one piece of work at a time; the work calls `step` to report progress."""

    def __init__(self, bite: Callable[[str], None] = end_process) -> None:
        self._bite = bite
        self._stepped_at = 0.0
        self._seconds = 0.0
        self._watched = ""
        self._excuse: Callable[[], bool] = lambda: False
        self._thread: threading.Thread | None = None
        self._process = 0

    def step(self) -> None:
        """Report progress."""
        self._stepped_at = time.monotonic()

    def start(
        self, work: str, *, seconds: float | None = None, excuse: Callable[[], bool] = lambda: False
    ) -> None:
        """Start watching; while there is an excuse, a restart would change nothing."""
        self.step()
        self._watched, self._seconds, self._excuse = work, seconds or settings.WATCHDOG_SECONDS, excuse
        # A thread does not survive a fork.
        if self._thread is None or self._process != os.getpid():
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._look_for_ever, name="watchdog", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop watching: nothing is being worked on."""
        self._watched = ""

    def look(self) -> None:
        """End the process if the watched work made no progress for too long."""
        work, seconds = self._watched, self._seconds
        if not work or time.monotonic() - self._stepped_at <= seconds:
            return
        if self._excuse():
            # After the excuse is gone, allow some time to start.
            self._stepped_at = time.monotonic() - seconds + min(seconds, GRACE_SECONDS)
        else:
            self._bite(work)

    def _look_for_ever(self) -> None:
        pause = threading.Event()
        while not pause.wait(SECONDS_BETWEEN_LOOKS):
            self.look()


# The work that this process does in its main thread.
watchdog = Watchdog()
