"""What happened to a clinic's curve, written down once and told to those who can act on it."""

from __future__ import annotations

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
    **detail: Any,
) -> PriorEvent:
    """Add to the history; mail goes out where the kind asks for it."""
    event = PriorEvent.objects.create(
        clinic=clinic, kind=kind, prior=prior, threshold=threshold, happened_at=at, by=by, detail=detail
    )
    tell_staff(event, at=at)
    return event
