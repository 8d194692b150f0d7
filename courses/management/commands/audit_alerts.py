"""Runs the auditor once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from clinic.models import Fault
from courses.alerts.audit.auditor import audit_alerts


class Command(BaseCommand):
    """The job that beat runs every two minutes. Safe at any time."""

    help = "Check that every alert is on its way; list the open faults."

    def handle(self, **_options: Any) -> None:
        """Print each fault on a line."""
        n_open = audit_alerts(at=timezone.now())
        for fault in Fault.objects.open():
            self.stdout.write(f"{fault.found_at:%Y-%m-%d %H:%M} {fault}")
        self.stdout.write(f"{n_open} faults open")
