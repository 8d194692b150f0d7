"""Which Prior is in use: adopted, kept and rolled back by a rule, each with an event."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership
from courses import curve
from courses.models import AlertThreshold, Prior, PriorEvent
from courses.priors.events import note_event
from courses.priors.thresholds import lock, store_threshold

LONGEST_WITHOUT_ADOPTION = timedelta(days=30)


@dataclass(frozen=True)
class InUse:
    """The Prior in use when a candidate is compared with it; `row` is None for the shipped one.

    `since`: scores recorded later are new to it. After a rollback only scores since then count, so that a person's
    choice is not undone by scores that were known when it was made.
    """

    row: Prior | None
    since: datetime | None

    @classmethod
    def of(cls, clinic: Clinic) -> InUse:
        """What a clinic uses now."""
        row = Prior.objects.for_clinic(clinic).adopted().first()
        rolled_back = PriorEvent.objects.for_clinic(clinic).filter(kind=PriorEvent.Kind.ROLLED_BACK)
        times = [row.fitted_at if row else None, rolled_back.aggregate(last=Max("happened_at"))["last"]]
        return cls(row, max((one for one in times if one is not None), default=None))


@dataclass(frozen=True)
class Candidate:
    """The result of one night's fit for one clinic."""

    prior: curve.Prior
    beside: InUse
    comparison: curve.Comparison
    threshold: curve.AlertThreshold
    rates: dict[str, Any]


@transaction.atomic
def take_in(clinic: Clinic, candidate: Candidate, *, at: datetime) -> tuple[Prior, AlertThreshold]:
    """Store the candidate; adopt it if it is as good on unseen scores; set the threshold or let it wait."""
    lock(clinic)
    before = Prior.objects.for_clinic(clinic).first()
    prior = _store(clinic, candidate, at=at)
    # If the Prior changed during the fit, the candidate was compared with another one.
    if candidate.comparison.is_adoptable and InUse.of(clinic) == candidate.beside:
        _adopt(clinic, prior)
        note_event(clinic, PriorEvent.Kind.ADOPTED, prior=prior, at=at, detail=prior.comparison)
    else:
        note_event(clinic, PriorEvent.Kind.KEPT, prior=prior, at=at, detail=prior.comparison)
        _note_if_stale(clinic, prior, at=at)
    if candidate.comparison.is_coverage_alarming and not (before and compared(before).is_coverage_alarming):
        note_event(clinic, PriorEvent.Kind.COVERAGE, prior=prior, at=at, detail=prior.comparison)
    in_use = Prior.objects.for_clinic(clinic).adopted().first()
    threshold = store_threshold(clinic, candidate.threshold, rates=candidate.rates, prior=in_use, at=at)
    return prior, threshold


@transaction.atomic
def roll_back(prior: Prior, *, by: Membership, at: datetime) -> None:
    """Use an earlier Prior again that was in use before."""
    lock(prior.clinic)
    prior.refresh_from_db()
    if prior.is_adopted:
        raise ValidationError(_("This version is in use already."))
    if not Prior.objects.for_clinic(prior.clinic).once_adopted().filter(pk=prior.pk).exists():
        raise ValidationError(_("This version was never in use: only the nightly rule can adopt it."))
    _adopt(prior.clinic, prior)
    note_event(prior.clinic, PriorEvent.Kind.ROLLED_BACK, prior=prior, at=at, by=by)


@transaction.atomic
def roll_back_to_shipped(clinic: Clinic, *, by: Membership, at: datetime) -> None:
    """Use the shipped Prior again."""
    lock(clinic)
    if not Prior.objects.for_clinic(clinic).adopted().exists():
        raise ValidationError(_("This version is in use already."))
    _adopt(clinic, None)
    note_event(clinic, PriorEvent.Kind.ROLLED_BACK, at=at, by=by)


def compared(prior: Prior) -> curve.Comparison:
    """The comparison of a stored candidate with the Prior that was in use then."""
    return curve.Comparison(**{field.name: prior.comparison[field.name] for field in fields(curve.Comparison)})


def _store(clinic: Clinic, candidate: Candidate, *, at: datetime) -> Prior:
    version = (Prior.objects.for_clinic(clinic).aggregate(last=Max("version"))["last"] or 0) + 1
    fitted = candidate.prior
    return Prior.objects.create(
        clinic=clinic,
        version=version,
        numbers=replace(fitted, version=f"{clinic.slug}-{version}").to_json(),
        n_patients=fitted.n_patients,
        n_courses=fitted.n_courses,
        n_scores=fitted.n_scores,
        log_likelihood=fitted.log_likelihood,
        comparison={**asdict(candidate.comparison), "needed": curve.MIN_SCORES_TO_ADOPT},
        fitted_at=at,
    )


def _adopt(clinic: Clinic, prior: Prior | None) -> None:
    """None is the shipped Prior."""
    Prior.objects.for_clinic(clinic).adopted().update(is_adopted=False)
    if prior is not None:
        Prior.objects.filter(pk=prior.pk).update(is_adopted=True)
        prior.is_adopted = True


def _note_if_stale(clinic: Clinic, prior: Prior, *, at: datetime) -> None:
    """Note once in thirty nights that candidates were fitted and none adopted, so that somebody looks."""
    since = at - LONGEST_WITHOUT_ADOPTION
    is_old = Prior.objects.for_clinic(clinic).filter(fitted_at__lte=since).exists()
    answered = (*PriorEvent.TAKEN_INTO_USE, PriorEvent.Kind.STALE)
    events = PriorEvent.objects.for_clinic(clinic).filter(kind__in=answered, happened_at__gt=since)
    if is_old and not events.exists():
        note_event(clinic, PriorEvent.Kind.STALE, prior=prior, at=at, detail=prior.comparison)
