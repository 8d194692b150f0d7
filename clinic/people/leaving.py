"""A member's access ends and is given back: once, and never from a page that shows an earlier state."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.models import Duty, MemberEvent, Membership, Role
from clinic.people.lead_cover import is_last_lead, lock_staff, settle_stand_ins
from clinic.people.member_events import note_member_event
from clinic.people.staff import send_invitation

Kind = MemberEvent.Kind


class AlreadyDone(Exception):
    """A second send, or somebody else was quicker: nothing is left to do."""


class LastLead(Exception):
    """The clinic would be left without a lead, and nobody said that this is meant."""


def version_of(member: Membership) -> str:
    """What a page shows of somebody's access and roles; another one after each change of either."""
    events = MemberEvent.objects.for_clinic(member.clinic).filter(member=member).exclude(kind=Kind.NAME)
    last = events.aggregate(last=Max("pk"))["last"] or 0
    ended = member.deactivated_at.isoformat() if member.deactivated_at else ""
    return f"{last}/{int(member.is_pending)}/{ended}"


@transaction.atomic
def deactivate_member(
    membership: Membership,
    *,
    at: datetime,
    by: Membership | None = None,
    seen: str | None = None,
    is_lead_needed: bool = False,
) -> None:
    """End a member's access to this clinic; refused for the last active manager and for `by`.

    `seen` is the version that the page showed. AlreadyDone: it had ended. LastLead: only with `is_lead_needed`.
    """
    member = _locked(membership)
    if member.deactivated_at is not None:
        raise AlreadyDone(_("%(name)s is already deactivated. Nothing was changed.") % {"name": member})
    _refuse_stale(member, seen)
    if by is not None and by.user_id == member.user_id:
        raise ValidationError(_("You cannot deactivate yourself. Ask another manager."))
    if is_last_manager(member):
        raise ValidationError(_("The last manager cannot be deactivated: invite another manager first."))
    if is_lead_needed and is_last_lead(member):
        raise LastLead
    member.deactivated_at = membership.deactivated_at = at
    member.save(update_fields=["deactivated_at"])
    for_practice = Membership.objects.all_clinics().filter(clinic__practice_of=member.clinic_id)
    for_practice.filter(user=member.user_id, deactivated_at=None).update(deactivated_at=at)
    note_member_event(member, Kind.DEACTIVATED, by=by, at=at)
    settle_stand_ins(member.clinic, at=at)


@transaction.atomic
def reactivate_member(
    membership: Membership, *, at: datetime, by: Membership | None = None, seen: str | None = None
) -> None:
    """Give a member access again, with the roles on file now; whoever never accepted is invited again.

    `seen` is the version that the page showed. AlreadyDone: nothing had ended.
    """
    member = _locked(membership)
    if member.deactivated_at is None:
        raise AlreadyDone(_("%(name)s is not deactivated. Nothing was changed.") % {"name": member})
    _refuse_stale(member, seen)
    if not member.user.is_active:
        words = _("The account of %(name)s is closed. Ask the person who runs this server to open it.")
        raise ValidationError(words % {"name": member})
    member.deactivated_at = membership.deactivated_at = None
    member.save(update_fields=["deactivated_at"])
    note_member_event(member, Kind.REACTIVATED, by=by, at=at)
    settle_stand_ins(member.clinic, at=at)
    if member.is_pending:
        send_invitation(member, at=at)


@transaction.atomic
def invite_again(membership: Membership, *, at: datetime) -> None:
    """Mail the invitation once more; ValidationError where there is nothing to accept any more."""
    member = _locked(membership)
    if member.deactivated_at is not None:
        raise ValidationError(
            _("%(name)s is deactivated. Press “Reactivate” to give access again.") % {"name": member}
        )
    if not is_invitation_open(member):
        raise ValidationError(_("%(name)s has already accepted the invitation.") % {"name": member})
    send_invitation(member, at=at)


def is_invitation_open(member: Membership) -> bool:
    """Whether the member still has to accept, or to choose a first password; needs `user` loaded."""
    return member.is_pending or not member.user.has_usable_password()


def is_last_manager(membership: Membership) -> bool:
    """Whether the clinic would have no manager left; call it under lock within a transaction."""
    managers = Membership.objects.for_clinic(membership.clinic).active().with_role(Role.MANAGER)
    if connection.in_atomic_block:
        managers = managers.select_for_update(of=("self",))
    return {manager.pk for manager in managers} == {membership.pk}


def words_after_leaving(member: Membership, *, at: datetime) -> str:
    """What ended, and what is left to do."""
    words = _("%(name)s was deactivated: no access to this clinic, no alerts.") % {"name": member}
    if member.is_clinician or member.is_leading:
        words += " " + _("Unresolved alerts that they acknowledged open again within a minute.")
    n = Duty.objects.for_clinic(member.clinic).filter(member=member, ends_at__gt=at).count()
    if n:
        sentence = ngettext(
            "They are still in the duty rota for %(n)s duty. Choose somebody else for it.",
            "They are still in the duty rota for %(n)s duties. Choose somebody else for them.",
            n,
        )
        words += " " + sentence % {"n": n}
    return words


def words_after_return(member: Membership) -> str:
    """Whether they have access again, and as what."""
    values = {"name": member, "roles": member.roles_text, "email": member.user.email}
    if member.is_pending:
        words = _(
            "%(name)s is invited again as %(roles)s and has no access before accepting. "
            "The invitation will be emailed to %(email)s."
        )
    else:
        words = _("%(name)s was reactivated and works here again as %(roles)s.")
    return words % values


def _locked(membership: Membership) -> Membership:
    """As stored now; nobody else changes the staff of the clinic until the transaction ends."""
    lock_staff(membership.clinic)
    rows = Membership.objects.for_clinic(membership.clinic).select_for_update(of=("self",))
    return rows.select_related("user", "clinic").get(pk=membership.pk)


def _refuse_stale(member: Membership, seen: str | None) -> None:
    if seen is not None and seen != version_of(member):
        words = _(
            "The roles or access of %(name)s were changed while this page was open. Nothing was saved. Check "
            "below and choose again."
        )
        raise ValidationError(words % {"name": member})
