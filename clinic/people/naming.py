"""Names of members: changed by the person, or by a manager of the only clinic that knows them."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.account.events import note_event
from clinic.models import AccountEvent, MemberEvent, Membership, User
from clinic.people.member_events import note_member_event


def may_rename(member: Membership) -> bool:
    """Whether a manager may change the name: no other clinic calls the person by it."""
    real = Membership.objects.all_clinics().outside_practice()
    return not real.filter(user=member.user_id).exclude(pk=member.pk).exists()


def refuse_nameless(first_name: str, last_name: str) -> None:
    """ValidationError where neither a given nor a family name is left; one of them is a name."""
    if not (first_name or last_name):
        raise ValidationError(_("Enter a given name or a family name."))


def rename_member(member: Membership, *, first_name: str, last_name: str, by: Membership, at: datetime) -> bool:
    """Another name, kept with who changed it and mailed to the person; False where it is the same.

    Letters and records keep the name that they were signed with.
    """
    user = User.objects.select_for_update().get(pk=member.user_id)
    before = str(user)
    if (user.first_name, user.last_name) == (first_name, last_name) or not may_rename(member):
        return False
    refuse_nameless(first_name, last_name)
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])
    member.user = user
    note_member_event(member, MemberEvent.Kind.NAME, before=before, after=str(user), by=by, at=at)
    if by.user_id != user.pk:
        note_event(user, AccountEvent.Kind.NAME_CHANGED, at=at, by=by)
    return True
