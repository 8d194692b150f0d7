"""How far a worker is, stored while its transaction is still open: on a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.utils import timezone

from clinic.worker.watchdog import watchdog
from courses.bringing.claims import LEASE, Overtaken, mine
from courses.bringing.reading import Step
from courses.models import HistoryImport

PAUSE_SECONDS = 1.0
SQL = (
    "UPDATE courses_historyimport SET n_done = %s, n_total = %s, lease_until = %s"
    " WHERE id = %s AND state = %s AND claim IS NOT DISTINCT FROM %s"
)


@contextmanager
def told_progress(row: HistoryImport) -> Iterator[Step]:
    """A function that stores how much of how much is done and renews the lease, once a second at most.

    It fails the work for one reason only: Overtaken, when somebody else changed or claimed the import.
    """
    other = connection.copy()
    said_at = 0.0

    def step(n_done: int, n_total: int) -> None:
        nonlocal said_at
        watchdog.step()
        if time.monotonic() - said_at < PAUSE_SECONDS:
            return
        said_at = time.monotonic()
        is_mine = True
        try:
            with other.cursor() as cursor:
                # The row may be held by its own transaction: then nothing is said this time.
                cursor.execute("SET lock_timeout = '500ms'")
                until = timezone.now() + LEASE
                cursor.execute(SQL, [n_done, n_total, until, row.pk, row.state, row.claim])
                is_mine = cursor.rowcount > 0
        except DatabaseError:
            other.close()
        if not is_mine and not mine(row).exists():
            raise Overtaken

    try:
        yield step
    finally:
        other.close()
