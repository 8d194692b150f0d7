"""Somebody who is signed in and works nowhere: why that is, and who can change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clinic.models import Clinic, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Former:
    """A clinic that somebody worked in, until when, and the managers who can let them in again."""

    clinic: Clinic
    ended_at: datetime
    managers: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class WithoutClinic:
    """Invitations that wait for an answer, and clinics that ended the access."""

    invitations: tuple[Membership, ...]
    former: tuple[Former, ...]


def why_without_clinic(user: User) -> WithoutClinic:
    """What is missing for somebody without a clinic."""
    left = Membership.objects.all_clinics().outside_practice().filter(user=user, is_pending=False)
    left = left.exclude(deactivated_at=None)
    return WithoutClinic(
        invitations=tuple(Membership.objects.invited(user)),
        former=tuple(_former(one) for one in left.select_related("clinic").order_by("-deactivated_at")),
    )


def _former(member: Membership) -> Former:
    managers = Membership.objects.for_clinic(member.clinic).active().with_role(Role.MANAGER).select_related("user")
    assert member.deactivated_at is not None  # noqa: S101 - those without were left out
    return Former(member.clinic, member.deactivated_at, tuple(managers))
