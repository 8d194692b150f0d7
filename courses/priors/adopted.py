"""The Prior and the alert threshold a clinic works with today."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from clinic.models import Clinic
from courses import curve
from courses.models import AlertThreshold, Prior, RuleSettings
from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.facts import Thresholds


def adopted_prior(clinic: Clinic) -> curve.Prior:
    """The clinic's adopted Prior; the shipped one where none was fitted."""
    row_id = Prior.objects.for_clinic(clinic).adopted().values_list("pk", flat=True).first()
    return _read(row_id) if row_id else curve.SHIPPED_PRIOR


@lru_cache(maxsize=256)
def _read(row_id: int) -> curve.Prior:
    """A Prior's numbers never change, so its row is read once."""
    return curve.Prior.from_json(Prior.objects.get(pk=row_id).numbers)


def shipped_threshold() -> curve.AlertThreshold:
    """What a clinic without any session of its own starts with."""
    return curve.SHIPPED_THRESHOLD


def thresholds_of(clinic: Clinic) -> Thresholds:
    """The clinic's calibrated threshold; the shipped one where none was calibrated."""
    row = AlertThreshold.objects.for_clinic(clinic).in_use().first()
    numbers: dict[str, Any] = row.numbers if row else asdict(shipped_threshold())
    return Thresholds(
        lr=numbers["threshold"],
        lr_of_quarter_budget=numbers["quarter_threshold"],
        version=f"v{row.version}" if row else "shipped",
        bounds=bounds_of(clinic),
    )


def bounds_of(clinic: Clinic) -> RuleBounds:
    """The bounds of the clinic's rules: the newest version, the shipped ones where none was set."""
    row = RuleSettings.objects.for_clinic(clinic).order_by("-version").first()
    return RuleBounds.of(row.numbers, version=str(row)) if row else SHIPPED_BOUNDS
