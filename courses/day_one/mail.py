"""The test email of the setup: its link shows that mail of this installation arrives."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import Membership, Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.recipients import reachable_member
from clinic.outbox.transports.base import Mail

SALT = "courses.day_one.test_mail"
VALID_FOR = timedelta(days=7)


class SetupMail:
    """Owner of the message kind `setup_mail`; its subject is the event that asked for it."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Always due."""
        return True

    def render(self, message: Message) -> Mail:
        """A line and the link."""
        member = reachable_member(message)
        with at_clinic(message.clinic, language=message.clinic.languages[0]):
            words = _("This is the test email you asked for. Open the link to confirm that it arrived.")
            context = {"words": words, "link": absolute(received_path(member))}
            subject = _("Test email - %(clinic)s") % {"clinic": message.clinic.name}
            return compose(message, "delivery_notice", context, to=member.address, subject=subject)

    def settled(self, message: Message, *, at: datetime) -> None:
        """The link says whether it arrived; that a server accepted it does not."""


def received_path(member: Membership) -> str:
    """The page that notes the arrival; it asks for the sign-in, so no mail scanner notes it."""
    return reverse("admin:setup_mail", args=[token_of(member)])


def token_of(member: Membership) -> str:
    """What the link holds: the clinic, signed."""
    return signing.dumps(member.clinic_id, salt=SALT)


def is_link_of(member: Membership, token: str) -> bool:
    """Whether a link was made for the member's clinic within the last days."""
    try:
        return bool(signing.loads(token, salt=SALT, max_age=VALID_FOR) == member.clinic_id)
    except signing.BadSignature:
        return False


setup_mail = SetupMail()
