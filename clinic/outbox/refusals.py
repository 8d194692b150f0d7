"""Addresses that were refused for good: marked, shown to those who can correct them, trusted again in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from clinic.country.conventions import at_clinic
from clinic.models import Endpoint, Membership, Message, Role
from clinic.outbox.compose import absolute, compose
from clinic.outbox.leases import LEASE
from clinic.outbox.queue import mail_member
from clinic.outbox.recipients import reachable_member
from clinic.outbox.transports.base import Mail

WHO_MENDS = (Role.MANAGER, Role.LEAD)


def note_delivery(message: Message, *, at: datetime) -> None:
    """What the end of a message says about its address; for members and webhooks, in the settling transaction."""
    if message.recipient.startswith("membership:"):
        _note_member(message, at=at)
    elif message.recipient.startswith("endpoint:"):
        _note_endpoint(message, at=at)


def _note_member(message: Message, *, at: datetime) -> None:
    member = Membership.objects.for_clinic(message.clinic).filter(pk=message.recipient_id)
    if message.state == Message.State.SENT:
        member.exclude(email_failed_at=None).update(email_failed_at=None)
    elif message.is_refused:
        # Members who left or have no address were never written to, and a refusal from before a correction says
        # nothing about the new address.
        trusted = member.active().filter(email_failed_at=None).with_address()
        marked = trusted.exclude(address_changes__changed_at__gt=at - LEASE).values("pk")
        if Membership.objects.all_clinics().filter(pk__in=marked).update(email_failed_at=at):
            _tell(message, "member_refused", at=at)


def _note_endpoint(message: Message, *, at: datetime) -> None:
    if message.is_refused:
        endpoint = Endpoint.objects.for_clinic(message.clinic).filter(pk=message.recipient_id, failed_at=None)
        if endpoint.update(failed_at=at):
            _tell(message, "endpoint_refused", at=at)


def _tell(refused: Message, kind: str, *, at: datetime) -> None:
    members = Membership.objects.for_clinic(refused.clinic).active().with_role(*WHO_MENDS)
    if kind == "member_refused":
        members = members.exclude(pk=refused.recipient_id)
    for member in members:
        mail_member(
            member.pk,
            clinic=refused.clinic,
            kind=kind,
            subject_id=refused.recipient_id,
            dedup_key=f"{kind}:{refused.uuid}:{member.pk}",
            at=at,
        )


@dataclass(frozen=True)
class RefusalNotice:
    """Owner of a message kind about a refused address; its subject is the row with that address."""

    subject: Promise
    words: Promise
    page: str

    def rows(self) -> QuerySet[Membership] | QuerySet[Endpoint]:
        """Rows whose address is refused now."""
        if self.page == "clinic_endpoint":
            return Endpoint.objects.all_clinics().exclude(failed_at=None)
        return Membership.objects.all_clinics().exclude(email_failed_at=None)

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Unless it was corrected in the meantime."""
        return self.rows().filter(pk=message.subject_id).exists()

    def render(self, message: Message) -> Mail:
        """One line and a link."""
        member = reachable_member(message)
        link = absolute(reverse(f"admin:{self.page}_change", args=[message.subject_id]))
        with at_clinic(message.clinic, language=message.clinic.languages[0]):
            subject = f"{self.subject} - {message.clinic.name}"
            context = {"words": str(self.words), "link": link}
            return compose(message, "delivery_notice", context, to=member.address, subject=subject)

    def settled(self, message: Message, *, at: datetime) -> None:
        """Note a refusal of this mail as well."""
        note_delivery(message, at=at)


member_refused = RefusalNotice(
    gettext_lazy("A staff mail address was refused"),
    gettext_lazy(
        "The mail server refused a colleague's address for good. Alerts go to the next person on "
        "the contact list. Correct the address, then send the invitation again."
    ),
    "clinic_membership",
)
endpoint_refused = RefusalNotice(
    gettext_lazy("A webhook refused a message"),
    gettext_lazy(
        "A webhook refused a message, or its address is not allowed. Nothing more is sent to it "
        "until you save its address again. Alerts by email are not affected."
    ),
    "clinic_endpoint",
)
