"""Makes the demo's data."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.models import Clinic
from courses.models import Course, Session
from demo.seed.seeding import seed as seed_clinics


class Command(BaseCommand):
    """Make invented clinics, the same for the same seed."""

    help = "Fill an empty database with invented clinics, patients and courses."

    def add_arguments(self, parser: CommandParser) -> None:
        """The amount of data."""
        parser.add_argument("--clinics", type=int, default=2, metavar="N")
        parser.add_argument(
            "--courses", type=int, default=240, metavar="N", help="past courses, beside those of the stories"
        )
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument("--if-empty", action="store_true", help="do nothing if there is a clinic already")

    def handle(self, *, clinics: int, courses: int, seed: int, if_empty: bool, **_options: Any) -> None:
        """Make everything or nothing."""
        if Clinic.objects.exists():
            if if_empty:
                return
            raise CommandError("There are clinics already: demo data goes into an empty database only.")
        if clinics < 1 or courses < 0:
            raise CommandError("--clinics must be at least 1 and --courses at least 0.")
        started = time.perf_counter()
        seed_clinics(n_clinics=clinics, n_courses=courses, seed=seed, at=timezone.now())
        self.stdout.write(
            f"{clinics} clinics, {Course.objects.count()} courses, {Session.objects.count()} sessions "
            f"in {time.perf_counter() - started:.1f} s"
        )
