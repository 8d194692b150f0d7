"""Events of a clinic's curve, recorded once and reported to those who can act on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clinic.models import Clinic, Membership
from courses.models import AlertThreshold, Prior, PriorEvent
from courses.priors.notices import tell_staff


def note_event(
    clinic: Clinic,
    kind: PriorEvent.Kind,
    *,
    at: datetime,
    prior: Prior | None = None,
    threshold: AlertThreshold | None = None,
    by: Membership | None = None,
    detail: Mapping[str, Any] | None = None,
) -> PriorEvent:
    """Add an event to the history, and send mail if its kind requires it."""
    event = PriorEvent.objects.create(
        clinic=clinic,
        kind=kind,
        prior=prior,
        threshold=threshold,
        happened_at=at,
        by=by,
        detail=dict(detail or {}),
    )
    tell_staff(event, at=at)
    return event
