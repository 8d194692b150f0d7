"""A time limit on the curve: it must never delay a session, a red flag or a page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

log = structlog.stdlib.get_logger(__name__)
ResultT = TypeVar("ResultT")

SECONDS = 0.25
# For what is stored for good: waiting is better than a missing value.
KEPT_SECONDS = 5.0


class TookTooLong(Exception):
    """The curve did not answer in time."""


def within(function: Callable[[], ResultT], *, seconds: float) -> ResultT:
    """The function's result, or its exception; TookTooLong if it is not ready in time.

    The function must not touch the database: it runs in a thread of its own, which is abandoned if it hangs.
    """
    results: list[ResultT] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run, name="curve", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TookTooLong
    return results[0]


def answer(function: Callable[[], ResultT], *, seconds: float | None = None, **about: object) -> ResultT | None:
    """The function's result; None, with a log line that says what for, if it fails or takes too long."""
    try:
        return within(function, seconds=seconds or SECONDS)
    except Exception as error:  # noqa: BLE001 - the caller must continue whatever the curve does
        log.error("curve failed", error=type(error).__name__, **about)
        return None
