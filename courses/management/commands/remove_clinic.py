"""Take away a clinic that was made by mistake."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.models import Clinic
from courses.management.removing_clinics import Removal, plan_removal, remove_clinic


class Command(BaseCommand):
    """Lists what would be removed, asks, and removes it; refused where there is a clinical record."""

    help = "Remove a clinic that never had a patient, with its settings, staff and invitations."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which clinic, and whether that is certain."""
        parser.add_argument("slug", help="the clinic's short name")
        parser.add_argument("--yes", action="store_true", help="remove it without asking")

    def handle(self, *, slug: str, yes: bool = False, **_options: Any) -> None:
        """Make everything or nothing."""
        clinic = Clinic.objects.filter(slug=slug).first()
        if clinic is None:
            known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no clinic “{slug}”. Short names: {known}.")
        plan = plan_removal(clinic)
        self._refuse(clinic, plan)
        self._tell(clinic, plan)
        if not yes and not self._is_confirmed(slug):
            raise CommandError("Nothing was removed. Add --yes to remove it.")
        self._refuse(clinic, remove_clinic(clinic))
        self.stdout.write(f"Removed clinic “{clinic.name}”.")

    def _refuse(self, clinic: Clinic, plan: Removal) -> None:
        if plan.obstacles:
            raise CommandError(
                f"“{clinic.name}” cannot be removed, because it has {'; '.join(plan.obstacles)}. "
                "Deactivate its staff instead."
            )

    def _tell(self, clinic: Clinic, plan: Removal) -> None:
        self.stdout.write(f"Clinic “{clinic.name}” ({clinic.slug}), {clinic.zone}. This would be removed:")
        for name, n in sorted(plan.rows.items()):
            self.stdout.write(f"  {n} {name}")
        for user in plan.accounts:
            self.stdout.write(f"  account {user.username}, which nobody ever signed in with")
        for user in plan.staying:
            self.stdout.write(f"Account {user.username} stays, without this clinic.")

    def _is_confirmed(self, slug: str) -> bool:
        return sys.stdin.isatty() and input(f"Type {slug} to remove it: ").strip() == slug
