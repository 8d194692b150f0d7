"""Who talks to the other side: a thread for each conversation that takes long, so that it holds no other mail.

A conversation that is over soon is waited for. One that is not goes on beside the queue, and whoever leads it
settles its messages in the end; the next message gets a line of its own.
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

# So many long conversations at once in a process; the last places are for emergencies.
MAX_SLOW = 10
RESERVED_FOR_URGENT = 3

# What failed, or nothing.
Outcome = BaseException | None


@cache
def transport_class(channel: str) -> type[Transport[Any]]:
    """The transport that `settings.TRANSPORTS` names; KeyError or ImportError where the setting is wrong."""
    return cast(type[Transport[Any]], import_string(settings.TRANSPORTS[channel]))


class Job:
    """One parcel to hand over, and what becomes of it."""

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
        """What failed, once it is over."""
        return self._outcome

    def end(self, outcome: Outcome) -> bool:
        """It is over; whether nobody waits for it any more."""
        with self._lock:
            self._outcome = outcome
            self._is_over.set()
            is_left_behind = self._is_left_behind
        if is_left_behind:
            self._finish(outcome)
        return is_left_behind


class Sender:
    """A line of one channel and the thread that talks on it, opened with its first parcel."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"sender {channel}", daemon=True)
        self._thread.start()

    def start(self, job: Job) -> None:
        """Begin with a parcel."""
        self._jobs.put(job)

    def close(self) -> None:
        """End the line; waits for that."""
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
                except BaseException as error:  # noqa: BLE001 - told to whoever waits for it
                    outcome = error
                if job.end(outcome):
                    return
        finally:
            if transport is not None:
                transport.close()
            connections.close_all()


class SlowLane:
    """How many conversations go on beside the queue of this process."""

    def __init__(self) -> None:
        self._n = 0
        self._changed = threading.Condition()

    def is_full(self) -> bool:
        """Nothing more can be begun."""
        return self._n >= MAX_SLOW

    def is_for_urgent_only(self) -> bool:
        """What is left is kept for emergencies."""
        return self._n >= MAX_SLOW - RESERVED_FOR_URGENT

    def enter(self) -> None:
        """One more."""
        with self._changed:
            self._n += 1

    def leave(self) -> None:
        """One is over."""
        with self._changed:
            self._n -= 1
            self._changed.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether all of them are over by then."""
        with self._changed:
            return self._changed.wait_for(lambda: self._n == 0, timeout=seconds)


slow_lane = SlowLane()


class Senders:
    """The lines of one run."""

    def __init__(self) -> None:
        self._open: dict[str, Sender] = {}
        # Channels that are away: nothing more is tried on them in this run.
        self.down: set[str] = set()

    def send(self, channel: str, parcel: Parcel, *, finish: Callable[[Outcome], None]) -> bool:
        """Hand a parcel over: True when it was taken, False when it is still being handed over.

        Raises what failed. Of what takes long, `finish` hears in the end, in another thread.
        """

        def leave(outcome: Outcome) -> None:
            try:
                finish(outcome)
            finally:
                slow_lane.leave()

        job = Job(parcel, leave)
        sender = self._open.get(channel) or Sender(channel)
        self._open[channel] = sender
        # Before anybody may leave it again.
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
        """End those that nobody talks on."""
        for sender in self._open.values():
            sender.close()
        self._open.clear()
