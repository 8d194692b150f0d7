"""A member's email address: a manager can correct it, but never use it to enter somebody else's account.

A clinic's own mail (alerts, digests, notices) goes to the address of the membership. Mail that opens an account
(invitations, password links) goes to the address of the account. A manager may correct that one only while nobody
has used the account and no other clinic has it: until then it is only what the inviting clinic typed.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.account.finding import refuse_taken_address
from clinic.country.conventions import at_clinic
from clinic.models import AddressChange, Membership, Message, User
from clinic.outbox.compose import absolute, compose
from clinic.outbox.queue import cancel_waiting, mail_member
from clinic.outbox.transports.base import Mail
from clinic.people.staff import INVITATION_KIND, send_invitation

MESSAGE_KIND = "address_changed"


@transaction.atomic
def correct_address(member: Membership, *, email: str, reason: str, by: Membership, at: datetime) -> AddressChange:
    """Write to another address from now on, and trust it; ValidationError names the wrong field.

    For an unused account, a new invitation goes to the new address, and the link in the old one stops working.
    The old address is informed, unless it takes no mail.
    """
    member = Membership.objects.for_clinic(by.clinic).select_for_update().get(pk=member.pk)
    user = User.objects.select_for_update().get(pk=member.user_id)
    member.user, before, was_refused = user, member.own_email or user.email, member.email_failed_at is not None
    email = _checked(email, reason, before=before)
    is_account = is_unused(member)
    if is_account:
        refuse_taken_address(email, but=user)
        user.email = email
        user.save(update_fields=["email"])
        EmailAddress.objects.filter(user=user).delete()
    member.own_email, member.email_failed_at = email, None
    member.save(update_fields=["own_email", "email_failed_at"])
    change = AddressChange.objects.create(
        clinic=by.clinic,
        member=member,
        before=before,
        after=email,
        is_account=is_account,
        reason=reason.strip(),
        changed_by=by,
        changed_at=at,
    )
    if is_account:
        cancel_waiting(kind=INVITATION_KIND, subject_id=member.pk, at=at)
        send_invitation(member, at=at)
    if before and not was_refused:
        _tell_old_address(change, at=at)
    return change


def is_unused(member: Membership) -> bool:
    """Whether nobody has used the member's account and no other clinic has it; needs `user` loaded."""
    user = member.user
    elsewhere = Membership.objects.all_clinics().outside_practice().filter(user=user).exclude(pk=member.pk)
    return user.last_login is None and not user.has_usable_password() and not elsewhere.exists()


def _checked(email: str, reason: str, *, before: str) -> str:
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from error
    if email.lower() == before.lower():
        raise ValidationError({"email": _("Emails already go to this address. Enter a different one.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Enter how you know that the new address is theirs.")})
    return email


def _tell_old_address(change: AddressChange, *, at: datetime) -> None:
    mail_member(
        change.member_id,
        clinic=change.clinic,
        kind=MESSAGE_KIND,
        subject_id=change.pk,
        dedup_key=f"address-changed:{change.pk}",
        at=at,
    )


class AddressChangedMail:
    """Owner of the message kind `address_changed`: the notice to the old address; its subject is the change."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Always due."""
        return True

    def render(self, message: Message) -> Mail:
        """One line without a name, because the old mailbox may be a stranger's."""
        change = AddressChange.objects.for_clinic(message.clinic).get(pk=message.subject_id)
        with at_clinic(message.clinic, language=message.clinic.languages[0]):
            words = _(
                "A manager changed your address for emails from this clinic. They are no longer sent "
                "here. If this is wrong, call your clinic at once."
            )
            context = {"words": words, "link": absolute(reverse("admin:index"))}
            subject = _("Your address for staff emails was changed - %(clinic)s") % {"clinic": message.clinic.name}
            return compose(message, "delivery_notice", context, to=change.before, subject=subject)

    def settled(self, message: Message, *, at: datetime) -> None:
        """Do nothing: the mail says nothing about the new address."""


address_changed = AddressChangedMail()
