"""PostgreSQL with a time limit for every wait: per page, per job, or as the caller sets it.

A frozen server sends nothing and breaks no connection, and a hanging proxy acknowledges every packet: neither
TCP nor the server's own limits end such a wait. So we end it here. This room decides how long we wait for the
database, not what we ask it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connections

# The server's limit is shorter than ours, so that a statement that is merely slow ends cleanly.
SERVER_SHARE = 0.9
# The lock limit is shorter than the statement limit, so that the log shows which of the two it was.
LOCK_SHARE = 0.8
# After a time-out, no other request in this process tries the same server for this long.
REST_SECONDS = 2.0


@dataclass
class _Process:
    """Limits of this process. Commands and tests have none."""

    statement_seconds: float | None = None
    rests_until: float = 0.0


_process = _Process()
_ends_at: ContextVar[float | None] = ContextVar("database_wait_ends_at", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All database work inside must finish within so many seconds in total; otherwise OperationalError.

    The connection is then closed, because the outcome of the last statement is unknown.
    """
    ends_at, outer = time.monotonic() + seconds, _ends_at.get()
    token = _ends_at.set(ends_at if outer is None else min(ends_at, outer))
    try:
        yield
    finally:
        _ends_at.reset(token)


@contextmanager
def unhurried() -> Iterator[None]:
    """Lift the time limit inside the block: for nightly work on many rows."""
    before = _process.statement_seconds
    if before is None:
        yield
        return
    # The server keeps its limit for the life of the connection.
    connections.close_all()
    _process.statement_seconds = None
    try:
        yield
    finally:
        _process.statement_seconds = before
        connections.close_all()


def hold_to(seconds: float | None) -> None:
    """Set the longest wait for any statement of this process; None removes the limit."""
    _process.statement_seconds = seconds


def seconds_left() -> float | None:
    """How much longer the database may be waited for; None without a limit."""
    ends_at = _ends_at.get()
    in_block = None if ends_at is None else max(ends_at - time.monotonic(), 0.0)
    limits = [limit for limit in (in_block, _process.statement_seconds) if limit is not None]
    return min(limits, default=None)


def server_limits() -> tuple[int, int]:
    """The server's limits for a statement and a lock, in milliseconds; zero means no limit."""
    statement = (_process.statement_seconds or 0.0) * SERVER_SHARE * 1000
    return int(statement), int(statement * LOCK_SHARE)


def note_silence() -> None:
    """Record that the server did not answer, so that the next request in this process fails at once."""
    _process.rests_until = time.monotonic() + REST_SECONDS


def is_resting() -> bool:
    """Whether the server did not answer a moment ago."""
    return time.monotonic() < _process.rests_until
