"""Beat's scheduler: its first round begins at once, and each round says that it goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler

from clinic.worker.watchdog import watchdog

# What comes more often than this comes with the start, too: nobody waits to know that beat is there.
OFTEN = timedelta(minutes=2)


class Scheduler(PersistentScheduler):
    """Celery's, with its schedule in a file."""

    def setup_schedule(self) -> None:
        """As stored, what is often due being due now."""
        super().setup_schedule()
        for entry in self.schedule.values():
            every = getattr(entry.schedule, "run_every", None)
            if every is not None and every <= OFTEN:
                entry.last_run_at -= every

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One round."""
        watchdog.step()
        return float(super().tick(*args, **kwargs))
