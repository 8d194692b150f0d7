"""The watch list: scores to check at the next visit, without any message."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from clinic.models import Membership
from courses.models import Course, PainScore, Session

LOOK_BACK = timedelta(days=21)


def watch_list(membership: Membership, *, at: datetime) -> list[PainScore]:
    """The newest first, until the next visit; a practitioner sees their own patients."""
    since = Session.objects.filter(course=OuterRef("course"), held_at__gt=OuterRef("scored_at"))
    scores = (
        PainScore.objects.visible_to(membership)
        .filter(expected__watch=True, scored_at__gte=at - LOOK_BACK, course__status__in=Course.OPEN)
        .exclude(Exists(since))
        .select_related("course__patient", "session")
        .order_by("-scored_at")
    )
    if not membership.is_leading:
        scores = scores.filter(course__practitioner=membership)
    return list(scores)
