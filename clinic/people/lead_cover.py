"""A clinic and its leads: the last one leaves, and a manager stands in."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from clinic.models import Clinic, MemberEvent, Membership, Role
from clinic.models.membership import MembershipQuerySet
from clinic.people.member_events import note_member_event

Kind = MemberEvent.Kind


def lock_staff(clinic: Clinic) -> None:
    """Whoever changes roles or access takes this lock first, before that of any member."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def leads_of(clinic: Clinic) -> MembershipQuerySet:
    """The leads who work in a clinic now."""
    return Membership.objects.for_clinic(clinic).active().with_role(Role.LEAD).select_related("user")


def is_last_lead(membership: Membership) -> bool:
    """Whether the clinic would be left without a lead; asked under lock within a transaction."""
    leads = Membership.objects.for_clinic(membership.clinic).active().with_role(Role.LEAD)
    if connection.in_atomic_block:
        leads = leads.select_for_update(of=("self",))
    return {lead.pk for lead in leads} == {membership.pk}


def last_lead_words(membership: Membership) -> str:
    """What a clinic without a lead cannot do, and who is alerted instead."""
    managers = Membership.objects.for_clinic(membership.clinic).active().with_role(Role.MANAGER).with_address()
    alerted = _(
        "Alerts for the duty lead then go to whoever is on the rota, otherwise to the next person on the contact "
        "list."
    )
    if not managers.exclude(pk=membership.pk).exists():
        alerted += " " + _("No other manager has an email address. Add one before you continue.")
    words = _(
        "%(name)s is the last duty lead. %(alerted)s Without a lead nobody resumes courses on hold, overrides a "
        "clearance or signs off clinical content, unless a manager gives a reason and stands in."
    )
    return words % {"name": membership, "alerted": alerted}


def may_stand_in(membership: Membership | None) -> bool:
    """Whether this is a manager of a clinic without a lead who does not stand in yet."""
    if membership is None or not membership.has_role(Role.MANAGER) or membership.stands_in_since is not None:
        return False
    return not leads_of(membership.clinic).exists()


@transaction.atomic
def stand_in(membership: Membership, *, reason: str, at: datetime) -> MemberEvent:
    """A manager does what only a lead may do, until a lead works here again; the reason is kept."""
    lock_staff(membership.clinic)
    member = Membership.objects.for_clinic(membership.clinic).select_for_update(of=("self",)).get(pk=membership.pk)
    if not reason.strip():
        raise ValidationError({"reason": _("Enter why you stand in for the duty lead.")})
    if not may_stand_in(member):
        raise ValidationError(_("Only a manager can stand in, and only while the clinic has no duty lead."))
    member.stands_in_since = at
    member.save(update_fields=["stands_in_since"])
    return note_member_event(member, Kind.STANDS_IN, reason=reason.strip(), by=member, at=at)


@transaction.atomic
def end_standing_in(membership: Membership, *, by: Membership | None, at: datetime) -> None:
    """The rights of a lead end; nothing happens where they ended before."""
    lock_staff(membership.clinic)
    member = Membership.objects.for_clinic(membership.clinic).select_for_update(of=("self",)).get(pk=membership.pk)
    if member.stands_in_since is None:
        return
    member.stands_in_since = None
    member.save(update_fields=["stands_in_since"])
    note_member_event(member, Kind.STOOD_IN, by=by, at=at)


def settle_stand_ins(clinic: Clinic, *, at: datetime) -> None:
    """Nobody stands in for a lead who is there again, and nobody who is no manager any more.

    Called wherever a member's roles or access change, in the same transaction.
    """
    lock_staff(clinic)
    has_lead = leads_of(clinic).exists()
    for member in Membership.objects.for_clinic(clinic).exclude(stands_in_since=None).select_related("user"):
        if has_lead or not member.is_active or not member.has_role(Role.MANAGER):
            end_standing_in(member, by=None, at=at)
