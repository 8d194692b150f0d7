"""The duty rota: who answers alerts now, and when nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.models import Clinic, Duty, Membership

WARN_AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Gap:
    """A stretch of time in which nobody is on duty."""

    starts_at: datetime
    ends_at: datetime


def duty_gaps(clinic: Clinic, *, since: datetime, until: datetime) -> list[Gap]:
    """The stretches without an active member on duty, in order; none for a clinic without a rota."""
    rota = Duty.objects.for_clinic(clinic)
    if not rota.exists():
        return []
    works_here = rota.filter(member__deactivated_at=None, member__is_pending=False, member__user__is_active=True)
    taken = works_here.between(since, until).order_by("starts_at").values_list("starts_at", "ends_at")
    gaps, covered_until = [], since
    for starts_at, ends_at in taken:
        if starts_at > covered_until:
            gaps.append(Gap(covered_until, starts_at))
        covered_until = max(covered_until, ends_at)
    return [*gaps, Gap(covered_until, until)] if covered_until < until else gaps


def next_gap(membership: Membership, *, at: datetime) -> Gap | None:
    """The next stretch without anybody on duty, for leads and managers, who can fill it."""
    if not membership.is_leading:
        return None
    return next(iter(duty_gaps(membership.clinic, since=at, until=at + WARN_AHEAD)), None)
