"""Staff are invited by a manager and can be deactivated, but never deleted."""

from __future__ import annotations

from datetime import date, datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership, Message, Role, User
from clinic.outbox.compose import absolute, compose
from clinic.outbox.queue import mail_member
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail, TransportError
from clinic.people.invitation_rules import refuse_double, refuse_supervisor

INVITATION_KIND = "staff_invitation"


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
    licence_number: str = "",
    licence_expires_on: date | None = None,
    practising_since: date | None = None,
    is_supervised: bool = False,
    supervisor: Membership | None = None,
) -> Membership:
    """Add a member and mail them a link to choose a password; ValidationError names the wrong field.

    A username that exists with the same email is the same person in one more clinic: they accept first, and until
    then they get nothing from this clinic.
    """
    refuse_double(clinic, username=username, email=email)
    refuse_supervisor(supervisor, on=clinic.local(at).date())
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
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
        licence_number=licence_number,
        licence_expires_on=licence_expires_on,
        practising_since=practising_since,
        is_supervised=is_supervised,
        supervisor=supervisor,
        is_pending=user.memberships.exists(),
    )
    membership.full_clean()
    membership.save()
    send_invitation(membership, at=at)
    return membership


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
def deactivate_member(membership: Membership, *, at: datetime) -> None:
    """End a member's access to this clinic; refused for the last active manager."""
    if is_last_manager(membership):
        raise ValidationError(_("The last manager cannot be deactivated: invite another manager first."))
    membership.deactivated_at = at
    membership.save(update_fields=["deactivated_at"])


def is_last_manager(membership: Membership) -> bool:
    """Whether the clinic would have no manager left; call it under lock within a transaction."""
    managers = Membership.objects.for_clinic(membership.clinic).active().with_role(Role.MANAGER)
    if connection.in_atomic_block:
        managers = managers.select_for_update(of=("self",))
    return {manager.pk for manager in managers} == {membership.pk}


@transaction.atomic
def answer_invitation(membership: Membership, *, is_accepted: bool, at: datetime) -> Membership:
    """Accept or decline an invitation; ValidationError if the invitation is no longer valid."""
    membership = Membership.objects.all_clinics().select_for_update(of=("self",)).get(pk=membership.pk)
    if not membership.is_pending or membership.deactivated_at is not None:
        raise ValidationError(_("This invitation was already withdrawn or answered."))
    if is_accepted:
        membership.is_pending = False
    else:
        membership.deactivated_at = at
    membership.save(update_fields=["is_pending", "deactivated_at"])
    return membership


def reactivate_member(membership: Membership) -> None:
    """Restore a member's access."""
    membership.deactivated_at = None
    membership.save(update_fields=["deactivated_at"])


class _MemberMail:
    """A mail to a member about their account."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Due unless the member has left."""
        membership = self._membership(message)
        return membership.deactivated_at is None and membership.user.is_active

    def settled(self, message: Message, *, at: datetime) -> None:
        """Note a refused address if alerts go to the same one."""
        membership = self._membership(message)
        if membership.address == membership.user.email:
            note_delivery(message, at=at)

    def _membership(self, message: Message) -> Membership:
        return Membership.objects.all_clinics().select_related("user", "clinic").get(pk=message.subject_id)

    def _user(self, message: Message) -> User:
        user = self._membership(message).user
        if not user.email:
            raise TransportError("no address", permanent=True)
        return user


class InvitationMail(_MemberMail):
    """The mail with which a new member chooses a password."""

    def render(self, message: Message) -> Mail:
        """The mail, with a link that works once, for three days."""
        user = self._user(message)
        is_new = not user.has_usable_password()
        return compose(
            message,
            "staff_invitation",
            {
                "person": user,
                "link": password_url(user) if is_new else _invitations_url(),
                "is_new": is_new,
                "is_pending": self._membership(message).is_pending,
            },
            to=user.email,
            subject=_("You are invited to %(clinic)s") % {"clinic": message.clinic.name},
        )


class PasswordLinkMail(_MemberMail):
    """The mail for somebody who forgot their password."""

    def render(self, message: Message) -> Mail:
        """The mail, with a link that works once, for three days."""
        user = self._user(message)
        return compose(
            message,
            "password_link",
            {"person": user, "link": password_url(user)},
            to=user.email,
            subject=_("Choose a new password"),
        )


def password_url(user: User) -> str:
    """The address at which only this person chooses a password."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return absolute(reverse("account_reset_password_from_key", kwargs=key))


def _invitations_url() -> str:
    return absolute(f"{reverse('account_login')}?next={reverse('account-invitations')}")


invitation_mail = InvitationMail()
password_link_mail = PasswordLinkMail()
