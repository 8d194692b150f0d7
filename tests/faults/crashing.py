"""Tasks of a test: one that ends its process every time, one that reports that it ran."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from celery import shared_task


@shared_task(name="tests.faults.crash")
def crash(log: str) -> None:
    """Like a library that crashes, or the kernel when memory ends."""
    with Path(log).open("a") as file:
        file.write("came\n")
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task(name="tests.faults.hang")
def hang(log: str) -> None:
    """Make no progress, for ever."""
    with Path(log).open("a") as file:
        file.write("came\n")
    signal.pause()
