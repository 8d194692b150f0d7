"""Mails about an account: the invitation, and the link to choose a new password."""

from __future__ import annotations

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.account.finding import is_address_shared
from clinic.models import MemberEvent, Membership, Message, User
from clinic.outbox.compose import absolute, compose
from clinic.outbox.recipients import account_address
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail, TransportError

SECONDS_A_DAY, SECONDS_AN_HOUR = 24 * 3600, 3600


def link_lasts() -> str:
    """How long a mailed link opens, in words: what the setting says, never longer."""
    seconds = settings.PASSWORD_RESET_TIMEOUT
    if seconds >= SECONDS_A_DAY:
        days = seconds // SECONDS_A_DAY
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    hours = max(seconds // SECONDS_AN_HOUR, 1)
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


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
        """What one is invited to, by whom and as what; its link works once and not for ever."""
        user, membership = self._user(message), self._membership(message)
        is_new = not user.has_usable_password()
        return compose(
            message,
            "staff_invitation",
            {
                "person": user,
                "link": password_url(user) if is_new else _invitations_url(),
                "is_new": is_new,
                "is_pending": membership.is_pending,
                "is_address_shared": is_address_shared(user),
                "roles": membership.roles_text,
                "by": _inviter(membership),
                "lasts": link_lasts(),
            },
            to=account_address(user),
            subject=_("You are invited to %(clinic)s") % {"clinic": message.clinic.name},
        )


class PasswordLinkMail(_MemberMail):
    """The mail for somebody who forgot their password."""

    def render(self, message: Message) -> Mail:
        """The mail; its link works once and not for ever."""
        user = self._user(message)
        return compose(
            message,
            "password_link",
            {"person": user, "link": password_url(user), "lasts": link_lasts()},
            to=account_address(user),
            subject=_("Choose a new password"),
        )


def _inviter(membership: Membership) -> Membership | None:
    """The colleague who invited; None where it was the operator."""
    events = MemberEvent.objects.for_clinic(membership.clinic).filter(member=membership)
    event = events.filter(kind=MemberEvent.Kind.INVITED).select_related("done_by__user").first()
    return event.done_by if event else None


def password_url(user: User) -> str:
    """The address at which only this person chooses a password."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return absolute(reverse("account_reset_password_from_key", kwargs=key))


def _invitations_url() -> str:
    return absolute(f"{reverse('account_login')}?next={reverse('account-invitations')}")


invitation_mail = InvitationMail()
password_link_mail = PasswordLinkMail()
