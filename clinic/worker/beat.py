"""Beat's scheduler: its first round starts at once, and each round reports progress."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler

from clinic.worker.watchdog import watchdog

# Tasks that run more often than this also run at the start, so that beat's heartbeat comes at once.
OFTEN = timedelta(minutes=2)


class Scheduler(PersistentScheduler):
    """Celery's scheduler, with its schedule in a file."""

    def setup_schedule(self) -> None:
        """The stored schedule, with frequent tasks due now."""
        super().setup_schedule()
        for entry in self.schedule.values():
            every = getattr(entry.schedule, "run_every", None)
            if every is not None and every <= OFTEN:
                entry.last_run_at -= every

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run one round."""
        watchdog.step()
        return float(super().tick(*args, **kwargs))
