"""The nightly fit of a clinic: a candidate Prior, blind predictions, a threshold, and their use."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from clinic.models import Clinic
from clinic.worker.batch import each
from courses import curve
from courses.models import AlertThreshold, Prior
from courses.priors.adopted import adopted_prior
from courses.priors.adoption import Candidate, InUse, take_in
from courses.priors.blind import blind_predictions
from courses.priors.evidence import Evidence, session_number, start_band


@dataclass(frozen=True)
class Fit:
    """The result of a fit of one clinic."""

    clinic: Clinic
    prior: Prior
    threshold: AlertThreshold
    seconds: float


def fit_every_clinic(*, at: datetime) -> int:
    """Refit all clinics; returns how many."""
    return each(Clinic.objects.order_by("pk"), partial(fit_clinic, at=at))


def fit_clinic(clinic: Clinic, *, at: datetime) -> Fit:
    """Fit, predict blindly, calibrate, and adopt or keep by the rule."""
    started = time.perf_counter()
    beside, current = InUse.of(clinic), adopted_prior(clinic)
    evidence = Evidence.of(clinic, at=at)
    fitted = curve.fit_prior(evidence.panel, version="", fitted_on=at.date().isoformat())
    predictions = curve.held_out(evidence.panel, fit=curve.fold_fit(fitted), has_memory=True)
    comparison = _compared(evidence, current, predictions, since=beside.since)
    if not comparison.is_adoptable:
        predictions = blind_predictions(evidence, current, beside)
    sessions = evidence.sessions(predictions)
    threshold = curve.threshold_for(sessions, budget_per_100=float(clinic.alert_budget_per_100))
    candidate = Candidate(fitted, beside, comparison, threshold, rates(evidence, sessions, threshold))
    prior, row = take_in(clinic, candidate, at=at)
    return Fit(clinic, prior, row, time.perf_counter() - started)


def _compared(
    evidence: Evidence, current: curve.Prior, candidate: curve.HeldOut, *, since: datetime | None
) -> curve.Comparison:
    """The candidate beside the Prior in use, on scores recorded since that was chosen; both blind."""
    before = curve.predicted_by(current, evidence.panel)
    return curve.compare_held_out(before, candidate=candidate, is_new=evidence.is_recorded_after(since))


def rates(evidence: Evidence, sessions: curve.Sessions, threshold: curve.AlertThreshold) -> dict[str, Any]:
    """Hypothetical alarms: by month at the fixed reference threshold, and by other labels at today's."""
    by_month = sessions.rates_by(
        evidence.label_sessions(evidence.month),
        threshold=threshold.reference_threshold,
        memory=threshold.reference_memory_threshold,
    )
    today = partial(sessions.rates_by, threshold=threshold.threshold, memory=threshold.memory_threshold)
    return {
        "month": _listed(by_month),
        "session": _listed(today(evidence.label_sessions(session_number))),
        "start": _listed(today(evidence.label_sessions(start_band))),
        "type": _listed(today(evidence.label_sessions(lambda record, _row: record.group))),
        "timing": _by_timing(evidence, sessions, threshold),
    }


def _by_timing(evidence: Evidence, sessions: curve.Sessions, threshold: curve.AlertThreshold) -> list[Any]:
    """Sessions with a score of each timing, and how many of them have an alarm."""
    timings = sorted({row.timing for _record, row in evidence.rows})
    alarms = sessions.alarms(threshold.threshold, threshold.memory_threshold)
    numbers: dict[str, set[int]] = {timing: set() for timing in timings}
    for number, (_record, row) in zip(evidence.session_numbers, evidence.rows, strict=True):
        numbers[row.timing].add(number)
    found = {timing: (100.0 * float(alarms[list(of)].mean()), len(of)) for timing, of in numbers.items()}
    return _listed(found)


def _listed(found: Any) -> list[list[Any]]:
    """In the order people expect: session 2 before session 10."""
    rows = [[str(label), round(per_100, 2), n] for label, (per_100, n) in found.items()]
    return sorted(rows, key=lambda row: (len(row[0]) if row[0][0].isdigit() else 0, row[0]))
