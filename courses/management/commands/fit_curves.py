"""Fits the Priors now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.models import Clinic
from courses.priors.fitting import fit_clinic


class Command(BaseCommand):
    """The nightly job of beat, by hand."""

    help = "Refit the Prior of every clinic, or of one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which clinic."""
        parser.add_argument("--clinic", metavar="SLUG")

    def handle(self, *, clinic: str | None = None, **_options: Any) -> None:
        """Print a line for each clinic."""
        clinics = Clinic.objects.order_by("pk")
        if clinic:
            clinics = clinics.filter(slug=clinic)
            if not clinics.exists():
                raise CommandError(f"There is no clinic “{clinic}”. Known: {', '.join(_slugs())}.")
        for one in clinics:
            fit = fit_clinic(one, at=timezone.now())
            likelihood = fit.prior.log_likelihood
            self.stdout.write(
                f"{one.slug}: n={fit.prior.n_courses} courses, {fit.prior.n_scores} scores, "
                f"log-likelihood={likelihood if likelihood is None else round(likelihood, 1)}, "
                f"alert threshold={fit.threshold.numbers['threshold']:.2f}, {fit.seconds:.1f} s"
            )


def _slugs() -> list[str]:
    return list(Clinic.objects.order_by("slug").values_list("slug", flat=True))
