"""Takes the due steps of all alerts once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.alerts.settling import sweep_closed_courses
from courses.alerts.steps import sweep
from courses.watching.findings import watch_courses


class Command(BaseCommand):
    """The job that beat runs: repeats, escalations, expiries, courses that need a look. Safe at any time."""

    help = "Take every due step of every alert."

    def handle(self, **_options: Any) -> None:
        """Steps first."""
        at = timezone.now()
        n_moved = sweep(at=at) + sweep_closed_courses(at=at)
        self.stdout.write(f"{n_moved} alerts moved, {watch_courses(at=at)} findings on courses")
