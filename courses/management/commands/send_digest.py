"""The daily digests."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.watching.digest import make_digests


class Command(BaseCommand):
    """Make each clinic's digest once a day, at its hour in the clinic's zone; beat runs it every minute."""

    help = "Queue the daily digest of each clinic where it is time for it and none was made today."

    def handle(self, **_options: Any) -> None:
        """For all clinics."""
        self.stdout.write(f"{make_digests(at=timezone.now())} digests made")
