"""Plans and sends reminders once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.reminders.planning import plan_reminders


class Command(BaseCommand):
    """The job that beat runs. Safe at any time, twice, in parallel."""

    help = "Plan the reminders for upcoming appointments."

    def handle(self, **_options: Any) -> None:
        """Run once."""
        self.stdout.write(f"{plan_reminders(at=timezone.now())} reminders changed")
