"""How far a worker is, said while its transaction is still open: on a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from clinic.worker.watchdog import watchdog
from courses.models import HistoryImport

# A worker that says nothing for so long is taken for dead.
LEASE = timedelta(minutes=5)
PAUSE_SECONDS = 1.0
Step = Callable[[int, int], None]


@contextmanager
def told_progress(row: HistoryImport) -> Iterator[Step]:
    """A function that stores how much of how much is done, once a second at most; it never fails the work."""
    other = connection.copy()
    said_at = 0.0

    def step(n_done: int, n_total: int) -> None:
        nonlocal said_at
        watchdog.step()
        if time.monotonic() - said_at < PAUSE_SECONDS:
            return
        said_at = time.monotonic()
        try:
            with other.cursor() as cursor:
                # The row may be held by its own transaction: then nothing is said this time.
                cursor.execute("SET lock_timeout = '500ms'")
                cursor.execute(
                    "UPDATE courses_historyimport SET n_done = %s, n_total = %s, lease_until = %s WHERE id = %s",
                    [n_done, n_total, _until(timezone.now()), row.pk],
                )
        except DatabaseError:
            other.close()

    try:
        yield step
    finally:
        other.close()


def _until(at: datetime) -> datetime:
    return at + LEASE
