"""Staff are invited by a manager, accept, and change; nobody is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.account.finding import refuse_taken_address
from clinic.models import Clinic, MemberEvent, Membership, Role, User
from clinic.outbox.queue import mail_member
from clinic.people.invitation_rules import refuse_double, refuse_supervisor
from clinic.people.lead_cover import lock_staff, settle_stand_ins
from clinic.people.member_events import note_member_event

INVITATION_KIND = "staff_invitation"


class Licence(TypedDict, total=False):
    """What licenses a member to needle, and under whom."""

    licence_number: str
    licence_expires_on: date | None
    practising_since: date | None
    is_supervised: bool
    supervisor: Membership | None


@transaction.atomic
def invite_member(
    *,
    clinic: Clinic,
    username: str,
    email: str,
    first_name: str,
    last_name: str,
    role: Role,
    at: datetime,
    more_roles: Sequence[str] = (),
    by: Membership | None = None,
    **licence: Unpack[Licence],
) -> Membership:
    """Add a member and mail them a link to choose a password; ValidationError names the wrong field.

    A username that exists with the same email is the same person in one more clinic: they accept first, and until
    then they get nothing from this clinic.
    """
    refuse_double(clinic, username=username, email=email)
    refuse_supervisor(licence.get("supervisor"), on=clinic.local(at).date())
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        refuse_taken_address(email)
        user = User(username=username, email=email, first_name=first_name, last_name=last_name)
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
    elif user.email.lower() != email.lower():
        raise ValidationError({"username": _("This username belongs to somebody else. Choose another one.")})
    membership = Membership(
        clinic=clinic,
        user=user,
        role=role,
        more_roles=list(more_roles),
        is_pending=user.memberships.exists(),
        **licence,
    )
    membership.full_clean()
    membership.save()
    note_member_event(membership, MemberEvent.Kind.INVITED, after=membership.roles_text, by=by, at=at)
    settle_stand_ins(clinic, at=at)
    send_invitation(membership, at=at)
    return membership


@transaction.atomic
def change_member(membership: Membership, *, by: Membership, at: datetime) -> None:
    """Save a member whose form is valid; other roles are kept with who gave them."""
    before = Membership.objects.for_clinic(by.clinic).get(pk=membership.pk)
    membership.save()
    if membership.roles != before.roles:
        words = {"before": before.roles_text, "after": membership.roles_text}
        note_member_event(membership, MemberEvent.Kind.ROLES, by=by, at=at, **words)
        settle_stand_ins(membership.clinic, at=at)


def send_invitation(membership: Membership, *, at: datetime) -> None:
    """Queue the invitation mail."""
    mail_member(
        membership.pk,
        clinic=membership.clinic,
        kind=INVITATION_KIND,
        subject_id=membership.pk,
        dedup_key=f"invitation:{membership.pk}:{at.isoformat()}",
        at=at,
    )


def send_password_link(membership: Membership, *, at: datetime) -> None:
    """Queue the mail that lets a member choose a new password."""
    mail_member(
        membership.pk,
        clinic=membership.clinic,
        kind="password_link",
        subject_id=membership.pk,
        dedup_key=f"password-link:{membership.pk}:{at.isoformat()}",
        at=at,
    )


@transaction.atomic
def answer_invitation(membership: Membership, *, is_accepted: bool, at: datetime) -> Membership:
    """Accept or decline an invitation; ValidationError if the invitation is no longer valid."""
    lock_staff(membership.clinic)
    membership = Membership.objects.all_clinics().select_for_update(of=("self",)).get(pk=membership.pk)
    if not membership.is_pending or membership.deactivated_at is not None:
        raise ValidationError(_("This invitation was already withdrawn or answered."))
    if is_accepted:
        membership.is_pending = False
    else:
        membership.deactivated_at = at
    membership.save(update_fields=["is_pending", "deactivated_at"])
    settle_stand_ins(membership.clinic, at=at)
    return membership
