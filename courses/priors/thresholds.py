"""The alert threshold as versioned rows: used at once, or waiting for a lead if it changed a lot overnight."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership
from courses import curve
from courses.models import AlertThreshold, Prior, PriorEvent
from courses.priors.events import note_event


@transaction.atomic
def approve_threshold(threshold: AlertThreshold, *, by: Membership, at: datetime) -> None:
    """Approve a threshold that changed a lot, so that it is used."""
    lock(threshold.clinic)
    waiting = AlertThreshold.objects.for_clinic(threshold.clinic).waiting().filter(pk=threshold.pk)
    if not waiting.update(approved_by=by, approved_at=at):
        raise ValidationError(_("This threshold no longer waits for approval. Reload the page."))
    _put_in_use(threshold, by=by, at=at)


def store_threshold(
    clinic: Clinic,
    calibrated: curve.AlertThreshold,
    *,
    rates: dict[str, Any],
    prior: Prior | None,
    at: datetime,
    by: Membership | None = None,
) -> AlertThreshold:
    """A new version, used at once unless it changed a lot without a person's action: then a lead must approve."""
    rows = AlertThreshold.objects.for_clinic(clinic)
    has_moved = calibrated.needs_approval(earlier=threshold_in_use(clinic))
    last = rows.first()
    # Only the newest one may wait, and it replaces yesterday's.
    was_waiting = bool(rows.waiting().update(needs_approval=False))
    row = AlertThreshold.objects.create(
        clinic=clinic,
        version=(rows.aggregate(last=Max("version"))["last"] or 0) + 1,
        prior=prior,
        budget_per_100=Decimal(str(calibrated.budget_per_100)),
        numbers=asdict(calibrated),
        rates=rates,
        calibrated_at=at,
        needs_approval=has_moved and by is None,
    )
    if not row.needs_approval:
        _put_in_use(row, by=by, at=at)
    elif not was_waiting:
        note_event(clinic, PriorEvent.Kind.THRESHOLD_WAITS, prior=prior, threshold=row, at=at)
    _note_limits(row, calibrated, before=as_threshold(last) if last else None, at=at)
    return row


def as_threshold(row: AlertThreshold) -> curve.AlertThreshold:
    """A row's numbers as the curve's type."""
    return curve.AlertThreshold(**row.numbers)


def threshold_in_use(clinic: Clinic) -> curve.AlertThreshold:
    """The clinic's threshold today; the shipped one without a calibration."""
    row = AlertThreshold.objects.for_clinic(clinic).in_use().first()
    return as_threshold(row) if row else curve.SHIPPED_THRESHOLD


def lock(clinic: Clinic) -> None:
    """Lock the clinic's curve, so that two changes are made one after the other."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)


def _put_in_use(threshold: AlertThreshold, *, by: Membership | None, at: datetime) -> None:
    AlertThreshold.objects.for_clinic(threshold.clinic).in_use().update(is_in_use=False)
    AlertThreshold.objects.filter(pk=threshold.pk).update(is_in_use=True)
    threshold.is_in_use = True
    kind = PriorEvent.Kind.THRESHOLD_SET
    note_event(threshold.clinic, kind, prior=threshold.prior, threshold=threshold, at=at, by=by)


def _note_limits(
    row: AlertThreshold, now: curve.AlertThreshold, *, before: curve.AlertThreshold | None, at: datetime
) -> None:
    """Report it when it begins, not every night."""
    note = partial(note_event, row.clinic, prior=row.prior, threshold=row, at=at)
    if now.is_clamped and not (before and before.is_clamped):
        note(PriorEvent.Kind.CLAMPED, detail={"realised_per_100": now.realised_per_100})
    if now.is_fixed_rules_over_budget and not (before and before.is_fixed_rules_over_budget):
        note(PriorEvent.Kind.OVER_BUDGET, detail={"fixed_per_100": now.fixed_per_100})
