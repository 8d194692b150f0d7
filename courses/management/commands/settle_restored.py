"""For use after a restore by other means than `manage.py restore`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string


class Command(BaseCommand):
    """Run it before web, worker, beat or deliver starts."""

    help = "Mark what was due as perhaps sent, and email staff again about alerts that are still open."

    def add_arguments(self, parser: CommandParser) -> None:
        """When the backup was taken."""
        parser.add_argument("--taken-at", required=True, metavar="TIME", help="e.g. 2026-11-29T02:00:00+00:00")

    def handle(self, *, taken_at: str, **_options: Any) -> None:
        """Run once for each backup."""
        at = timezone.now()
        taken = _time(taken_at)
        if taken > at:
            raise CommandError(
                f"--taken-at {taken_at} is in the future. Give the time at which the backup was taken."
            )
        for path in settings.AFTER_RESTORE:
            self.stdout.write(str(import_string(path)(taken_at=taken, at=at)))


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--taken-at {text} is not a time. Write it like 2026-11-29T02:00:00+00:00.") from error
    if found.tzinfo is None:
        raise CommandError(f"--taken-at {text} lacks its zone. Add Z for UTC, or an offset such as +01:00.")
    return found
