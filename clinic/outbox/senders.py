"""Sends on a thread per slow conversation, so that it delays no other mail.

We wait for a conversation that is short. A longer one continues in the background, and its thread settles its
messages in the end; the next message gets a connection of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue
from typing import Any, cast

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from clinic.outbox.transports.base import Parcel, Transport

# The most long conversations at once in a process; the last places are for emergencies.
MAX_SLOW = 10
RESERVED_FOR_URGENT = 3

# The failure, or nothing.
Outcome = BaseException | None


@cache
def transport_class(channel: str) -> type[Transport[Any]]:
    """The transport that `settings.TRANSPORTS` names; KeyError or ImportError where the setting is wrong."""
    return cast(type[Transport[Any]], import_string(settings.TRANSPORTS[channel]))


class Job:
    """One bundle to send, and its result."""

    def __init__(self, parcel: Parcel, finish: Callable[[Outcome], None]) -> None:
        self.parcel = parcel
        self._finish = finish
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._is_left_behind = False
        self._outcome: Outcome = None

    def wait(self, seconds: float) -> bool:
        """Whether it is over by then; if not, its sender finishes it alone."""
        self._is_over.wait(seconds)
        with self._lock:
            self._is_left_behind = not self._is_over.is_set()
            return not self._is_left_behind

    def outcome(self) -> Outcome:
        """The failure, if any, once it is over."""
        return self._outcome

    def end(self, outcome: Outcome) -> bool:
        """Mark it as over; whether nobody waits for it any more."""
        with self._lock:
            self._outcome = outcome
            self._is_over.set()
            is_left_behind = self._is_left_behind
        if is_left_behind:
            self._finish(outcome)
        return is_left_behind


class Sender:
    """A connection of one channel and its thread, opened with the first bundle."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"sender {channel}", daemon=True)
        self._thread.start()

    def start(self, job: Job) -> None:
        """Start with a bundle."""
        self._jobs.put(job)

    def close(self) -> None:
        """Close the connection and wait for that."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        transport: Any = None
        try:
            while job := self._jobs.get():
                try:
                    transport = transport or transport_class(self._channel)()
                    transport.send(job.parcel)
                    outcome: Outcome = None
                except BaseException as error:  # noqa: BLE001 - passed on to whoever waits for it
                    outcome = error
                if job.end(outcome):
                    return
        finally:
            if transport is not None:
                transport.close()
            connections.close_all()


class SlowLane:
    """How many conversations continue in the background of this process."""

    def __init__(self) -> None:
        self._n = 0
        self._changed = threading.Condition()

    def is_full(self) -> bool:
        """Whether no more can be started."""
        return self._n >= MAX_SLOW

    def is_for_urgent_only(self) -> bool:
        """Whether the remaining places are only for emergencies."""
        return self._n >= MAX_SLOW - RESERVED_FOR_URGENT

    def enter(self) -> None:
        """Add one."""
        with self._changed:
            self._n += 1

    def leave(self) -> None:
        """Remove one."""
        with self._changed:
            self._n -= 1
            self._changed.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether all of them are over by then."""
        with self._changed:
            return self._changed.wait_for(lambda: self._n == 0, timeout=seconds)


slow_lane = SlowLane()


class Senders:
    """The connections of one run."""

    def __init__(self) -> None:
        self._open: dict[str, Sender] = {}
        # Channels that are down: no further attempt on them in this run.
        self.down: set[str] = set()

    def send(self, channel: str, parcel: Parcel, *, finish: Callable[[Outcome], None]) -> bool:
        """Send a bundle: True if it was accepted, False if it is still being sent.

        Raises the failure. For a slow conversation `finish` is called at the end, in another thread.
        """

        def leave(outcome: Outcome) -> None:
            try:
                finish(outcome)
            finally:
                slow_lane.leave()

        job = Job(parcel, leave)
        sender = self._open.get(channel) or Sender(channel)
        self._open[channel] = sender
        # Before anybody can leave it again.
        slow_lane.enter()
        sender.start(job)
        if not job.wait(settings.SLOW_SECONDS):
            del self._open[channel]
            return False
        slow_lane.leave()
        failure = job.outcome()
        if failure is not None:
            raise failure
        return True

    def close(self) -> None:
        """Close the connections that nobody uses."""
        for sender in self._open.values():
            sender.close()
        self._open.clear()
