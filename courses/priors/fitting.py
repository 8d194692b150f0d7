"""Priors are fitted from a clinic's courses, stored as rows that never change, and adopted by a rule."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from clinic.models import Clinic
from courses import curve
from courses.models import AlertThreshold, Prior
from courses.priors.rows import panel_of


@dataclass(frozen=True)
class Fit:
    """What a fit of one clinic gave."""

    clinic: Clinic
    prior: Prior
    threshold: AlertThreshold
    seconds: float


def fit_every_clinic(*, at: datetime) -> list[Fit]:
    """Refit all clinics."""
    return [fit_clinic(clinic, at=at) for clinic in Clinic.objects.order_by("pk")]


def fit_clinic(clinic: Clinic, *, at: datetime) -> Fit:
    """Fit, calibrate, store, adopt."""
    started = time.perf_counter()
    panel = panel_of(clinic, at=at)
    version = (Prior.objects.for_clinic(clinic).aggregate(last=Max("version"))["last"] or 0) + 1
    fitted = curve.fit_prior(panel, version=f"{clinic.slug}-{version}", fitted_on=at.date().isoformat())
    calibrated = curve.calibrate(
        panel, budget_per_100=float(clinic.alert_budget_per_100), fit=curve.fold_fit(fitted)
    )
    prior, threshold = _store(clinic, fitted, calibrated, version=version, at=at)
    return Fit(clinic, prior, threshold, time.perf_counter() - started)


@transaction.atomic
def _store(
    clinic: Clinic, fitted: curve.Prior, calibrated: curve.AlertThreshold, *, version: int, at: datetime
) -> tuple[Prior, AlertThreshold]:
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    Prior.objects.for_clinic(clinic).adopted().update(is_adopted=False)
    prior = Prior.objects.create(
        clinic=clinic,
        version=version,
        numbers=fitted.to_json(),
        n_patients=fitted.n_patients,
        n_courses=fitted.n_courses,
        n_scores=fitted.n_scores,
        log_likelihood=fitted.log_likelihood,
        fitted_at=at,
        is_adopted=True,
        verdict="adopted as the newest fit",
    )
    last = AlertThreshold.objects.for_clinic(clinic).aggregate(last=Max("version"))["last"] or 0
    threshold = AlertThreshold.objects.create(
        clinic=clinic,
        version=last + 1,
        prior=prior,
        budget_per_100=clinic.alert_budget_per_100,
        numbers=asdict(calibrated),
        calibrated_at=at,
    )
    return prior, threshold
