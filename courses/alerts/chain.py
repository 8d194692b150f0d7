"""Who is alerted first, and who next: the escalation chain, stored as it was when the alert was raised."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from clinic.models import LEADING, Clinic, Duty, Membership, Responder, Role
from clinic.models.membership import MembershipQuerySet
from courses.models import Alert, Course


class Step(TypedDict):
    """One step of a chain: its name and the ids of its memberships."""

    step: str
    members: list[int]


def snapshot_chain(clinic: Clinic, *, course: Course | None, rule: Alert.Rule, on_duty_at: datetime) -> list[Step]:
    """The clinic's chain with its current staff, and with those on duty when the first message is sent.

    A treating practitioner is not asked about their own breach.
    """
    steps = [step for step in clinic.escalation_chain if not _is_own_judge(step, rule)]
    members = Membership.objects.for_clinic(clinic).active().with_role(*LEADING).order_by("pk")
    leading = list(members)
    return [
        {"step": step, "members": _members(clinic, step, course, leading, on_duty_at=on_duty_at)} for step in steps
    ]


def joined(old: Iterable[Step], new: Iterable[Step]) -> list[Step]:
    """The current chain, together with those who were in it before."""
    before = {step["step"]: step["members"] for step in old}
    return [
        {"step": step["step"], "members": _union(before.get(step["step"], []), step["members"])} for step in new
    ]


def _union(first: list[int], second: list[int]) -> list[int]:
    return list(dict.fromkeys([*first, *second]))


def reachable(clinic: Clinic, member_ids: Iterable[int], *, though_refused: bool = False) -> list[Membership]:
    """Those members who work here now and whose address was not refused lately."""
    members = Membership.objects.for_clinic(clinic).active().filter(pk__in=list(member_ids))
    return _with_address(members, though_refused=though_refused)


def members_to_alert(clinic: Clinic, member_ids: Iterable[int], *, is_red_flag: bool) -> list[Membership]:
    """The recipients of a message about an alert; if none of them can be reached, every lead and manager.

    Red flags are sent even to addresses that were refused before: a mail server can be wrong, and one mail costs
    nothing.
    """
    wanted = reachable(clinic, member_ids, though_refused=True)
    deliverable = [member for member in wanted if member.email_failed_at is None] or last_resort(clinic)
    if not is_red_flag:
        return deliverable
    return sorted({member.pk: member for member in (*deliverable, *wanted)}.values(), key=lambda member: member.pk)


def last_resort(clinic: Clinic) -> list[Membership]:
    """Every lead and manager with an address: alerted when nobody in a chain can be."""
    members = Membership.objects.for_clinic(clinic).active().with_role(*LEADING)
    return _with_address(members) or _with_address(members, though_refused=True)


def _with_address(members: MembershipQuerySet, *, though_refused: bool = False) -> list[Membership]:
    if not though_refused:
        members = members.filter(email_failed_at=None)
    return list(members.with_address().select_related("user").order_by("pk"))


def _is_own_judge(step: str, rule: Alert.Rule) -> bool:
    return rule == Alert.Rule.UNCLEARED and step == Responder.PRACTITIONER


def _members(
    clinic: Clinic, step: str, course: Course | None, leading: Iterable[Membership], *, on_duty_at: datetime
) -> list[int]:
    if step == Responder.PRACTITIONER:
        return [course.practitioner_id] if course else []
    if step == Responder.DUTY_LEAD:
        leads = [member.pk for member in leading if member.has_role(Role.LEAD)]
        return _on_duty(clinic, leads, at=on_duty_at)
    managers = [member.pk for member in leading if member.has_role(Role.MANAGER)]
    return managers[:1] if step == Responder.MANAGER else managers


def _on_duty(clinic: Clinic, leads: list[int], *, at: datetime) -> list[int]:
    """Those on the rota at a time; every lead if the clinic keeps no rota."""
    rota = Duty.objects.for_clinic(clinic)
    on_duty = list(rota.on_duty(at).order_by("pk").values_list("member_id", flat=True))
    if on_duty or rota.exists():
        return list(dict.fromkeys(on_duty))
    return leads
