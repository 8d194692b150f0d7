"""PostgreSQL, with an end to every wait where somebody asks for one.

A frozen server answers nothing and breaks no connection: neither TCP nor the server's own limits end the wait.
So it ends here. What belongs here is how long we wait for the database, not what we ask it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


def seconds_left() -> float | None:
    """How long the database may still be waited for; None where nobody set an end."""
    ends_at = _ends_at.get()
    return None if ends_at is None else max(ends_at - time.monotonic(), 0.0)
