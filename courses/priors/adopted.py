"""The Prior, the alert threshold and the bounds of the rules that a clinic uses today."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db import connection

from clinic.models import Clinic
from courses import curve
from courses.models import AlertThreshold, Prior, RuleSettings
from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.facts import Thresholds

N_KEPT = 256
Levels = tuple[float, float, str, float]
# Used at every session: with querysets, building these three queries would cost more than running them.
NEWEST = """
SELECT (SELECT id FROM courses_prior
        WHERE clinic_id = %(clinic)s AND is_adopted ORDER BY version DESC LIMIT 1),
       (SELECT id FROM courses_alertthreshold
        WHERE clinic_id = %(clinic)s AND is_in_use ORDER BY version DESC LIMIT 1),
       (SELECT id FROM courses_rulesettings
        WHERE clinic_id = %(clinic)s ORDER BY version DESC LIMIT 1)
"""


@dataclass(frozen=True)
class InForce:
    """What scores are judged by, each part loaded when first needed: a broken one does not affect the others.

    None means the shipped one: nothing was fitted, calibrated or set. The rows are versions whose numbers
    never change, so that each is read once.
    """

    prior_id: int | None
    threshold_id: int | None
    bounds_id: int | None

    @property
    def is_shipped(self) -> bool:
        """Whether the Prior is the one of published studies, not one fitted to the clinic's own courses."""
        return self.prior_id is None

    @cached_property
    def prior(self) -> curve.Prior:
        """The Prior in use."""
        return _prior(self.prior_id) if self.prior_id else curve.SHIPPED_PRIOR

    @cached_property
    def bounds(self) -> RuleBounds:
        """The bounds of the rules."""
        return _bounds(self.bounds_id) if self.bounds_id else SHIPPED_BOUNDS

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds for an alarm."""
        shipped = asdict(curve.SHIPPED_THRESHOLD)
        levels = _threshold(self.threshold_id) if self.threshold_id else _levels(shipped, version="shipped")
        ratio, of_quarter, version, memory = levels
        return Thresholds(ratio, of_quarter, version, self.bounds, memory)


def in_force(clinic: Clinic) -> InForce:
    """The versions that a clinic uses today, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, {"clinic": clinic.pk})
        return InForce(*cursor.fetchone())


def adopted_prior(clinic: Clinic) -> curve.Prior:
    """The clinic's adopted Prior."""
    return in_force(clinic).prior


def thresholds_of(clinic: Clinic) -> Thresholds:
    """The clinic's calibrated threshold, with the bounds of its rules."""
    return in_force(clinic).thresholds


def bounds_of(clinic: Clinic) -> RuleBounds:
    """The bounds of the clinic's rules alone, which work without the curve and its threshold."""
    row_id = RuleSettings.objects.for_clinic(clinic).order_by("-version").values_list("pk", flat=True).first()
    return _bounds(row_id) if row_id else SHIPPED_BOUNDS


@lru_cache(maxsize=N_KEPT)
def _prior(row_id: int) -> curve.Prior:
    return curve.Prior.from_json(Prior.objects.get(pk=row_id).numbers)


@lru_cache(maxsize=N_KEPT)
def _threshold(row_id: int) -> Levels:
    row = AlertThreshold.objects.get(pk=row_id)
    return _levels(row.numbers, version=f"v{row.version}")


@lru_cache(maxsize=N_KEPT)
def _bounds(row_id: int) -> RuleBounds:
    row = RuleSettings.objects.get(pk=row_id)
    return RuleBounds.of(row.numbers, version=str(row))


def _levels(numbers: dict[str, Any], *, version: str) -> Levels:
    # Calibrations from before the memory existed use the shipped one.
    memory = numbers.get("memory_threshold", curve.SHIPPED_THRESHOLD.memory_threshold)
    return numbers["threshold"], numbers["quarter_threshold"], version, memory
