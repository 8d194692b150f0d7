"""One pass over the alerts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.alerts.steps import sweep
from courses.alerts.watch import watch_courses


class Command(BaseCommand):
    """What beat runs: repeats, escalations, lapses, courses that need a look. Safe at any time."""

    help = "Take every step of every alert that is due."

    def handle(self, **_options: Any) -> None:
        """Steps first."""
        at = timezone.now()
        self.stdout.write(f"{sweep(at=at)} alerts moved, {watch_courses(at=at)} findings on courses")
