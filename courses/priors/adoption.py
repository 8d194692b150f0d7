"""Which Prior and which threshold are in use: adopted, kept and rolled back by a rule, each with an event."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership
from courses import curve
from courses.models import AlertThreshold, Prior, PriorEvent
from courses.priors.notices import tell_staff

LONGEST_WITHOUT_ADOPTION = timedelta(days=30)


@dataclass(frozen=True)
class Candidate:
    """A night's work on one clinic."""

    prior: curve.Prior
    comparison: curve.Comparison
    threshold: curve.AlertThreshold
    rates: dict[str, Any]


@transaction.atomic
def take_in(clinic: Clinic, candidate: Candidate, *, at: datetime) -> tuple[Prior, AlertThreshold]:
    """Store the candidate; adopt it if it is as good on unseen scores; set the threshold or let it wait."""
    lock(clinic)
    prior = _store_prior(clinic, candidate, at=at)
    if candidate.comparison.is_adoptable:
        _adopt(prior)
        _note(PriorEvent.Kind.ADOPTED, prior, at=at, comparison=prior.comparison)
    else:
        _note(PriorEvent.Kind.KEPT, prior, at=at, comparison=prior.comparison)
        _note_if_stale(prior, at=at)
    if candidate.comparison.has_enough_scores and candidate.comparison.is_coverage_alarming:
        _note(PriorEvent.Kind.COVERAGE, prior, at=at, coverage90=candidate.comparison.coverage90)
    threshold = store_threshold(clinic, candidate.threshold, rates=candidate.rates, prior=prior, at=at)
    return prior, threshold


@transaction.atomic
def roll_back(prior: Prior, *, by: Membership, at: datetime) -> None:
    """Use an earlier fit again."""
    lock(prior.clinic)
    prior.refresh_from_db()
    if prior.is_adopted:
        raise ValidationError(_("This version is in use already."))
    _adopt(prior)
    _note(PriorEvent.Kind.ROLLED_BACK, prior, at=at, by=by)


@transaction.atomic
def approve_threshold(threshold: AlertThreshold, *, by: Membership, at: datetime) -> None:
    """Let a threshold that moved far come into use."""
    lock(threshold.clinic)
    waiting = AlertThreshold.objects.for_clinic(threshold.clinic).waiting().filter(pk=threshold.pk)
    if not waiting.update(approved_by=by, approved_at=at):
        raise ValidationError(_("This threshold does not wait any more: reload the page."))
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
    """A new version, in use at once unless it moved far and no person set it: then a lead must agree."""
    current = AlertThreshold.objects.for_clinic(clinic).in_use().first()
    has_moved = current is not None and calibrated.needs_approval(earlier=as_threshold(current))
    last = AlertThreshold.objects.for_clinic(clinic).aggregate(last=Max("version"))["last"] or 0
    # Only the newest may wait: yesterday's question is answered by today's.
    AlertThreshold.objects.for_clinic(clinic).waiting().update(needs_approval=False)
    row = AlertThreshold.objects.create(
        clinic=clinic,
        version=last + 1,
        prior=prior,
        budget_per_100=Decimal(str(calibrated.budget_per_100)),
        numbers=asdict(calibrated),
        rates=rates,
        calibrated_at=at,
        needs_approval=has_moved and by is None,
    )
    if row.needs_approval:
        _note(PriorEvent.Kind.THRESHOLD_WAITS, prior, row, at=at)
    else:
        _put_in_use(row, by=by, at=at)
    if calibrated.is_clamped and not (current and as_threshold(current).is_clamped):
        _note(PriorEvent.Kind.CLAMPED, prior, row, at=at)
    if calibrated.is_fixed_rules_over_budget and not (
        current and as_threshold(current).is_fixed_rules_over_budget
    ):
        _note(PriorEvent.Kind.OVER_BUDGET, prior, row, at=at, fixed_per_100=calibrated.fixed_per_100)
    return row


def as_threshold(row: AlertThreshold) -> curve.AlertThreshold:
    """A row's numbers as the curve knows them."""
    return curve.AlertThreshold(**row.numbers)


def lock(clinic: Clinic) -> None:
    """Two fits at once are taken one after the other."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)


def _store_prior(clinic: Clinic, candidate: Candidate, *, at: datetime) -> Prior:
    version = (Prior.objects.for_clinic(clinic).aggregate(last=Max("version"))["last"] or 0) + 1
    fitted, compared = candidate.prior, candidate.comparison
    return Prior.objects.create(
        clinic=clinic,
        version=version,
        numbers=replace(fitted, version=f"{clinic.slug}-{version}").to_json(),
        n_patients=fitted.n_patients,
        n_courses=fitted.n_courses,
        n_scores=fitted.n_scores,
        log_likelihood=fitted.log_likelihood,
        comparison={**asdict(compared), "needed": curve.MIN_SCORES_TO_ADOPT},
        fitted_at=at,
    )


def _adopt(prior: Prior) -> None:
    Prior.objects.for_clinic(prior.clinic).adopted().update(is_adopted=False)
    Prior.objects.filter(pk=prior.pk).update(is_adopted=True)
    prior.is_adopted = True


def _put_in_use(threshold: AlertThreshold, *, by: Membership | None, at: datetime) -> None:
    AlertThreshold.objects.for_clinic(threshold.clinic).in_use().update(is_in_use=False)
    AlertThreshold.objects.filter(pk=threshold.pk).update(is_in_use=True)
    threshold.is_in_use = True
    _note(PriorEvent.Kind.THRESHOLD_SET, threshold.prior, threshold, at=at, by=by)


def _note_if_stale(prior: Prior, *, at: datetime) -> None:
    """Thirty nights of candidates and none adopted: somebody should look, once a month."""
    since = at - LONGEST_WITHOUT_ADOPTION
    events = PriorEvent.objects.for_clinic(prior.clinic)
    is_old = Prior.objects.for_clinic(prior.clinic).filter(fitted_at__lt=since).exists()
    answered = (PriorEvent.Kind.ADOPTED, PriorEvent.Kind.ROLLED_BACK, PriorEvent.Kind.STALE)
    has_enough = prior.comparison["n_scores"] >= curve.MIN_SCORES_TO_ADOPT
    if is_old and has_enough and not events.filter(kind__in=answered, happened_at__gt=since).exists():
        _note(PriorEvent.Kind.STALE, prior, at=at)


def _note(
    kind: PriorEvent.Kind,
    prior: Prior | None,
    threshold: AlertThreshold | None = None,
    *,
    at: datetime,
    by: Membership | None = None,
    **detail: Any,
) -> PriorEvent:
    source = prior or threshold
    if source is None:
        raise ValueError("an event is about a Prior or a threshold")
    event = PriorEvent.objects.create(
        clinic=source.clinic, kind=kind, prior=prior, threshold=threshold, happened_at=at, by=by, detail=detail
    )
    tell_staff(event, at=at)
    return event
