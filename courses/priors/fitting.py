"""Priors are fitted from a clinic's courses, stored as rows that never change, and adopted by a rule."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
from django.db import transaction
from django.db.models import Max

from clinic.batch import each
from clinic.models import Clinic
from courses import curve
from courses.models import AlertThreshold, Prior
from courses.priors.fixed_rules import fixed_alarms, sessions_of
from courses.priors.rows import Record, clinic_records


@dataclass(frozen=True)
class Fit:
    """What a fit of one clinic gave."""

    clinic: Clinic
    prior: Prior
    threshold: AlertThreshold
    seconds: float


def fit_every_clinic(*, at: datetime) -> int:
    """Refit all clinics; returns how many."""
    return each(Clinic.objects.order_by("pk"), partial(fit_clinic, at=at))


def fit_clinic(clinic: Clinic, *, at: datetime) -> Fit:
    """Fit, calibrate, store, adopt."""
    started = time.perf_counter()
    records = clinic_records(clinic, at=at)
    panel = curve.Panel.of([record.scores() for record in records])
    fitted = curve.fit_prior(panel, version="", fitted_on=at.date().isoformat())
    calibrated = _calibrate(clinic, records, panel, fitted)
    prior, threshold = _store(clinic, fitted, calibrated, at=at)
    return Fit(clinic, prior, threshold, time.perf_counter() - started)


def _calibrate(
    clinic: Clinic, records: list[Record], panel: curve.Panel, fitted: curve.Prior
) -> curve.AlertThreshold:
    """The threshold at which all pain rules together keep to the clinic's budget."""
    alarms = np.array([alarm for record in records for alarm in fixed_alarms(record)], dtype=bool)
    return curve.calibrate(
        panel,
        budget_per_100=float(clinic.alert_budget_per_100),
        is_fixed_alarm=alarms[panel.source],
        session=np.array(sessions_of(records), dtype=np.int64)[panel.source],
        fit=curve.fold_fit(fitted),
    )


@transaction.atomic
def _store(
    clinic: Clinic, fitted: curve.Prior, calibrated: curve.AlertThreshold, *, at: datetime
) -> tuple[Prior, AlertThreshold]:
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    version = (Prior.objects.for_clinic(clinic).aggregate(last=Max("version"))["last"] or 0) + 1
    numbers = replace(fitted, version=f"{clinic.slug}-{version}").to_json()
    Prior.objects.for_clinic(clinic).adopted().update(is_adopted=False)
    prior = Prior.objects.create(
        clinic=clinic,
        version=version,
        numbers=numbers,
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
