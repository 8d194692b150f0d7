"""Who is told, and who next: the escalation chain as it stood when an alert was raised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from clinic.models import Clinic, Membership, Responder, Role
from courses.models import Alert, Course


class Step(TypedDict):
    """One step of a chain: its name and the ids of the memberships behind it."""

    step: str
    members: list[int]


def snapshot_chain(clinic: Clinic, *, course: Course | None, rule: Alert.Rule) -> list[Step]:
    """The clinic's chain with today's people; a treating practitioner is not asked about their own breach."""
    steps = [step for step in clinic.escalation_chain if not _is_own_judge(step, rule)]
    return [{"step": step, "members": _members(clinic, step, course)} for step in steps]


def reachable(clinic: Clinic, member_ids: Iterable[int]) -> list[Membership]:
    """Those of some members who work here now and have an address."""
    members = Membership.objects.for_clinic(clinic).active().filter(pk__in=list(member_ids))
    return list(members.exclude(user__email="").select_related("user").order_by("pk"))


def _is_own_judge(step: str, rule: Alert.Rule) -> bool:
    return rule == Alert.Rule.UNCLEARED and step == Responder.PRACTITIONER


def _members(clinic: Clinic, step: str, course: Course | None) -> list[int]:
    if step == Responder.PRACTITIONER:
        return [course.practitioner_id] if course else []
    members = Membership.objects.for_clinic(clinic).active()
    if step == Responder.DUTY_LEAD:
        return list(members.with_role(Role.LEAD).order_by("pk").values_list("pk", flat=True))
    managers = members.with_role(Role.MANAGER).order_by("pk").values_list("pk", flat=True)
    return list(managers[:1] if step == Responder.MANAGER else managers)
