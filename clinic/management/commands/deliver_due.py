"""Runs the outbox once, or every so many seconds."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from clinic.database import hold_to
from clinic.health.heartbeat import DeadMansSwitch
from clinic.outbox.deliver import deliver_due
from clinic.outbox.senders import slow_lane
from clinic.outbox.transports.email import longest_conversation
from clinic.worker.batch import each
from clinic.worker.watchdog import watchdog


class Command(BaseCommand):
    """Send what is due without Redis or Celery: a fallback, or by hand."""

    help = "Send every message that is due. Needs PostgreSQL and the mail server only."

    def add_arguments(self, parser: CommandParser) -> None:
        """How often."""
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="repeat for ever, once every so many seconds"
        )

    def handle(self, *, every: float | None = None, **_options: Any) -> None:
        """Once, or for ever."""
        if every is None:
            each(settings.FALLBACK_WORK, _work)
            self.stdout.write(f"{deliver_due(clock=timezone.now)} sent")
            slow_lane.wait_until_empty(longest_conversation())
            return
        hold_to(settings.DATABASE_JOB_SECONDS)
        watchdog.start("deliver_due", seconds=settings.WATCHDOG_SECONDS + every)
        try:
            self._go_on(every)
        finally:
            watchdog.stop()
            hold_to(None)

    def _go_on(self, every: float) -> None:
        switch = DeadMansSwitch()
        while True:
            self._one_pass()
            watchdog.step()
            switch.tick(at=timezone.now())
            watchdog.step()
            time.sleep(every)
            watchdog.step()

    def _one_pass(self) -> None:
        """Run once; a database that restarts must not end the fallback."""
        close_old_connections()
        try:
            each(settings.FALLBACK_WORK, _work)
            n_sent = deliver_due(clock=timezone.now)
        except Error as error:
            self.stderr.write(f"database away: {type(error).__name__}")
            return
        if n_sent:
            self.stdout.write(f"{n_sent} sent")


def _work(path: str) -> None:
    """Run the tasks that beat would start; one that fails does not stop the mail."""
    import_string(path)(at=timezone.now())
