"""PostgreSQL, with an end to every wait: for a page, for a job, and where somebody asks for one.

A frozen server answers nothing and breaks no connection, and a proxy that hangs acknowledges every packet: neither
TCP nor the server's own limits end the wait. So it ends here. What belongs here is how long we wait for the
database, not what we ask it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connections

# The server's own limit comes before ours: a statement that is only slow ends in good order.
SERVER_SHARE = 0.9
# A lock is given up before the statement that waits for it: the log then says which of the two it was.
LOCK_SHARE = 0.8
# After a silence nobody in this process waits for the same server for so long.
REST_SECONDS = 2.0


@dataclass
class _Process:
    """What holds in this process. Commands and tests are held to nothing: they may take their time."""

    statement_seconds: float | None = None
    rests_until: float = 0.0


_process = _Process()
_ends_at: ContextVar[float | None] = ContextVar("database_wait_ends_at", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All that is asked of the database inside ends after so many seconds together, with an OperationalError.

    The connection is closed then: nobody knows what became of the last statement.
    """
    ends_at, outer = time.monotonic() + seconds, _ends_at.get()
    token = _ends_at.set(ends_at if outer is None else min(ends_at, outer))
    try:
        yield
    finally:
        _ends_at.reset(token)


@contextmanager
def unhurried() -> Iterator[None]:
    """Inside, a statement may take as long as it takes: for work of the night on many rows."""
    before = _process.statement_seconds
    if before is None:
        yield
        return
    # The server keeps its limit for as long as a connection stands.
    connections.close_all()
    _process.statement_seconds = None
    try:
        yield
    finally:
        _process.statement_seconds = before
        connections.close_all()


def hold_to(seconds: float | None) -> None:
    """From now on no statement of this process is waited for longer; None: let go of that."""
    _process.statement_seconds = seconds


def seconds_left() -> float | None:
    """How long the database may still be waited for; None where nobody set an end."""
    ends_at = _ends_at.get()
    in_block = None if ends_at is None else max(ends_at - time.monotonic(), 0.0)
    limits = [limit for limit in (in_block, _process.statement_seconds) if limit is not None]
    return min(limits, default=None)


def server_limits() -> tuple[int, int]:
    """How long the server itself lets a statement and a lock take, in milliseconds; zero: no limit."""
    statement = (_process.statement_seconds or 0.0) * SERVER_SHARE * 1000
    return int(statement), int(statement * LOCK_SHARE)


def note_silence() -> None:
    """The server did not answer: whoever comes next in this process is told so at once."""
    _process.rests_until = time.monotonic() + REST_SECONDS


def is_resting() -> bool:
    """Whether the server did not answer a moment ago."""
    return time.monotonic() < _process.rests_until
