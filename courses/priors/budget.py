"""The alert budget: tried on the last 90 days before it is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction

from clinic.models import Clinic, Membership
from courses import curve
from courses.models import AlertThreshold, Prior, PriorEvent
from courses.priors.adopted import adopted_prior
from courses.priors.adoption import InUse
from courses.priors.blind import blind_predictions
from courses.priors.events import note_event
from courses.priors.evidence import Evidence
from courses.priors.thresholds import lock, store_threshold, threshold_in_use

LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True)
class DryRun:
    """The effect of a budget on the sessions of the last 90 days."""

    budget_per_100: float
    n_sessions: int
    n_now: int
    n_then: int
    threshold: curve.AlertThreshold


def dry_run(clinic: Clinic, *, budget_per_100: float, at: datetime) -> DryRun:
    """Sessions that would have raised a pain alert under the budget, beside those of today's threshold.

    Counted and calibrated as at night, so that its figures are the night's where nothing came since.
    """
    evidence = Evidence.of(clinic, at=at)
    sessions = evidence.sessions(blind_predictions(evidence, adopted_prior(clinic), InUse.of(clinic)))
    now, proposed = threshold_in_use(clinic), curve.threshold_for(sessions, budget_per_100=budget_per_100)
    recent = np.array(evidence.label_sessions(lambda _record, row: row.scored_at >= at - LOOK_BACK), dtype=bool)
    return DryRun(
        budget_per_100=budget_per_100,
        n_sessions=int(recent.sum()),
        n_now=int(sessions.alarms(now.threshold, now.memory_threshold)[recent].sum()),
        n_then=int(sessions.alarms(proposed.threshold, proposed.memory_threshold)[recent].sum()),
        threshold=proposed,
    )


@transaction.atomic
def set_budget(clinic: Clinic, tried: DryRun, *, by: Membership, at: datetime) -> AlertThreshold:
    """Set a budget from now on; the nightly calibration uses it."""
    lock(clinic)
    was = clinic.alert_budget_per_100
    clinic.alert_budget_per_100 = Decimal(str(tried.budget_per_100))
    clinic.save(update_fields=["alert_budget_per_100"])
    newest = AlertThreshold.objects.for_clinic(clinic).first()
    row = store_threshold(
        clinic,
        tried.threshold,
        rates=newest.rates if newest else {},
        prior=Prior.objects.for_clinic(clinic).adopted().first(),
        at=at,
        by=by,
    )
    counts = {"n_now": tried.n_now, "n_then": tried.n_then}
    detail = {"was": f"{was:.1f}", "is": f"{tried.budget_per_100:.1f}", **counts}
    note_event(clinic, PriorEvent.Kind.BUDGET_CHANGED, threshold=row, at=at, by=by, detail=detail)
    return row
