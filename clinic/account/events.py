"""What happened to an account: stored, and mailed to its owner."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import AccountEvent, Membership, Message, User
from clinic.outbox.compose import absolute, compose
from clinic.outbox.queue import mail_member
from clinic.outbox.recipients import account_address
from clinic.outbox.transports.base import Mail

MESSAGE_KIND = "account_notice"


@transaction.atomic
def note_event(
    user: User,
    kind: AccountEvent.Kind,
    *,
    at: datetime,
    by: Membership | None = None,
    reason: str = "",
    address_before: str = "",
    address_after: str = "",
) -> AccountEvent:
    """Store the event and mail it to the account's address, or to the old address if that was changed."""
    event = AccountEvent.objects.create(
        user=user,
        kind=kind,
        clinic=by.clinic if by else None,
        done_by=by,
        reason=reason,
        address_before=address_before,
        address_after=address_after,
        happened_at=at,
    )
    through = Membership.objects.of_user(user).first()
    if through is not None:
        mail_member(
            through.pk,
            clinic=through.clinic,
            kind=MESSAGE_KIND,
            subject_id=event.pk,
            dedup_key=f"account-event:{event.pk}",
            at=at,
        )
    return event


class AccountNotice:
    """Owner of the message kind `account_notice`; its subject is the event."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Always due."""
        return True

    def render(self, message: Message) -> Mail:
        """What was changed, and what to do if somebody else did it. The new address is not shown."""
        event = AccountEvent.objects.select_related("user").get(pk=message.subject_id)
        to = account_address(event.user, instead=event.address_before)
        with at_clinic(message.clinic, language=message.clinic.languages[0]):
            context = {
                "what": event.get_kind_display(),
                "happened_at": event.happened_at,
                "link": absolute(reverse("account")),
                "is_elsewhere": bool(event.address_before),
            }
            return compose(message, "account_notice", context, to=to, subject=_("Your account was changed"))

    def settled(self, message: Message, *, at: datetime) -> None:
        """Do nothing: this mail is no evidence about the address for alerts."""


account_notice = AccountNotice()
