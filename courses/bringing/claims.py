"""Who works on an import: one worker at a time holds it by a claim, and only the holder writes its outcome.

The claim of a worker that died expires. A worker that was only slow finds its claim replaced and writes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from courses.models import HistoryImport

State = HistoryImport.State
# A worker that reports nothing for so long is taken for dead.
LEASE = timedelta(minutes=5)
# After an error, the next attempt waits for so long; after so many attempts there is no other.
PAUSE, MOST_TRIES = timedelta(minutes=1), 3
# One file at a time on a whole installation: a large one takes much memory.
LOCK = "history import"


class Overtaken(Exception):
    """Somebody else changed or claimed the import meanwhile: none of this work on it is kept."""


def held(at: datetime, *, n_tries: int = 1) -> dict[str, Any]:
    """A new claim, as values of the row."""
    return {"claim": uuid.uuid4(), "lease_until": at + LEASE, "n_tries": n_tries}


def mine(row: HistoryImport) -> QuerySet[HistoryImport]:
    """The row as long as it is where its holder found it; empty once anybody moved or claimed it."""
    return HistoryImport.objects.filter(pk=row.pk, state=row.state, claim=row.claim)


def keep(row: HistoryImport, **values: Any) -> None:
    """Write what the holder found out; Overtaken if it no longer holds the row."""
    if not mine(row).update(**values):
        raise Overtaken
    for name, value in values.items():
        setattr(row, name, value)


FREE: dict[str, Any] = {"claim": None, "lease_until": None, "n_tries": 0}


def move(
    row: HistoryImport,
    before: Collection[str],
    after: HistoryImport.State,
    *,
    where: Mapping[str, Any] | None = None,
    **values: Any,
) -> bool:
    """One state to the next, by whoever comes first; whoever worked on it loses the claim."""
    values = {**FREE, "n_done": 0, "n_total": 0, **values, "state": after}
    rows = HistoryImport.objects.filter(pk=row.pk, state__in=before, **(where or {}))
    if not rows.update(**values):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True


@transaction.atomic
def claim_next(*, at: datetime) -> HistoryImport | None:
    """The next import that waits for a worker; one that was tried before comes after the others."""
    due = HistoryImport.objects.all_clinics().due(at).filter(n_tries__lt=MOST_TRIES)
    rows = due.select_for_update(skip_locked=True, of=("self",))
    row = rows.select_related("clinic", "imported_by", "uploaded_by").order_by("n_tries", "pk").first()
    if row is None:
        return None
    values = held(at, n_tries=row.n_tries + 1)
    HistoryImport.objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)
    return row


def let_go(row: HistoryImport, *, at: datetime) -> None:
    """After an error: another attempt follows, unless there were enough."""
    if row.n_tries >= MOST_TRIES:
        fail(row, "")
    else:
        mine(row).update(claim=None, lease_until=at + PAUSE)


def fail(row: HistoryImport, why: str) -> None:
    """The holder ends the import; `why` is for the person who uploaded the file, empty for an error of ours."""
    mine(row).update(**failed(why, n_tries=row.n_tries))


def failed(why: str, *, n_tries: int) -> dict[str, Any]:
    """The end of an import, as values of the row."""
    shown = {"why": why, "n_tries": n_tries}
    return {**FREE, "state": State.FAILED, "found": {}, "refused": b"", "preview": shown}


def give_up(*, at: datetime) -> int:
    """End the imports whose workers died at each attempt."""
    rows = HistoryImport.objects.all_clinics().due(at).filter(n_tries__gte=MOST_TRIES)
    return rows.update(**failed("", n_tries=MOST_TRIES))


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else on this installation works on an import; nobody begins inside the block."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        # A connection that broke inside the block has let go of the lock.
        with suppress(DatabaseError):
            if is_alone and connection.connection is not None:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [LOCK])
