"""The daily digests."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.watching.digest import make_digests


class Command(BaseCommand):
    """The job that beat runs every minute: makes each clinic's digest once a day, at eight in its own zone."""

    help = "Queue the daily digest of each clinic where it is time for it and none was made today."

    def handle(self, **_options: Any) -> None:
        """For all clinics."""
        self.stdout.write(f"{make_digests(at=timezone.now())} digests made")
