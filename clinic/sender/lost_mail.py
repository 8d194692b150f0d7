"""The mail that says that a clinic's own sender address is no longer used."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import ClinicSender, Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.recipients import reachable_member
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail


class SenderLostMail:
    """Owner of the message kind `sender_lost`; its subject is the sender address."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Unless it is verified again, or another one was entered."""
        senders = ClinicSender.objects.for_clinic(message.clinic)
        return senders.filter(pk=message.subject_id).exclude(lost_at=None).exists()

    def render(self, message: Message) -> Mail:
        """What happened, and the page that says which record is missing."""
        member = reachable_member(message)
        sender = ClinicSender.objects.for_clinic(message.clinic).get(pk=message.subject_id)
        with at_clinic(message.clinic, language=message.clinic.languages[0]):
            words = _(
                "The last check did not find all DNS records that %(domain)s needs to send from %(address)s. "
                "Emails to patients are sent from this installation's address instead. The page shows "
                "each record and what to do. Then press “Check records now”."
            ) % {"domain": sender.domain, "address": sender.address}
            subject = _("Your sender address is no longer used - %(clinic)s") % {"clinic": message.clinic.name}
            context = {"words": words, "link": absolute(reverse("admin:clinic_clinic_sender"))}
            return compose(message, "delivery_notice", context, to=member.address, subject=subject)

    def settled(self, message: Message, *, at: datetime) -> None:
        """This mail has an address too."""
        note_delivery(message, at=at)


sender_lost = SenderLostMail()
