"""Processes many rows one after another: one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from django.db import models

from clinic.worker.watchdog import watchdog

log = structlog.stdlib.get_logger(__name__)

RowT = TypeVar("RowT")


def each(
    rows: Iterable[RowT], act: Callable[[RowT], object], *, on_failure: Callable[[RowT], object] | None = None
) -> int:
    """Run `act` on every row; returns for how many it gave True. A failure is logged by type and id."""
    n_done = 0
    for row in rows:
        watchdog.step()
        try:
            n_done += bool(act(row))
        except Exception as error:  # noqa: BLE001 - the rows behind it must not wait for a repair
            number = row.pk if isinstance(row, models.Model) else row
            log.error("a row failed", act=getattr(act, "__qualname__", ""), row=number, error=type(error).__name__)
            if on_failure is not None:
                on_failure(row)
    return n_done
