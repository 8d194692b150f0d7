"""Mail to staff about the curve: something waits for them, or something is unusual."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import Membership, Message, Role
from clinic.outbox.compose import absolute, compose
from clinic.outbox.queue import mail_member
from clinic.outbox.recipients import reachable_member
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail
from courses.models import PriorEvent

MESSAGE_KIND = "curve_notice"
TELLING = {
    PriorEvent.Kind.THRESHOLD_WAITS: (Role.LEAD,),
    PriorEvent.Kind.CLAMPED: (Role.MANAGER, Role.LEAD),
    PriorEvent.Kind.OVER_BUDGET: (Role.MANAGER, Role.LEAD),
    PriorEvent.Kind.COVERAGE: (Role.MANAGER, Role.LEAD),
    PriorEvent.Kind.STALE: (Role.MANAGER, Role.LEAD),
}


def tell_staff(event: PriorEvent, *, at: datetime) -> None:
    """Queue a mail to those who can do something about an event, if anybody needs to."""
    roles = TELLING.get(PriorEvent.Kind(event.kind), ())
    if event.kind == PriorEvent.Kind.STALE and event.detail["n_scores"] < event.detail["needed"]:
        # A small clinic: the page says how many scores there are, and nobody can do anything about it.
        return
    for member in Membership.objects.for_clinic(event.clinic).active().with_role(*roles):
        mail_member(
            member.pk,
            clinic=event.clinic,
            kind=MESSAGE_KIND,
            subject_id=event.pk,
            dedup_key=f"curve-event:{event.pk}:{member.pk}",
            at=at,
        )


class CurveNotice:
    """Owner of the message kind `curve_notice`; its subject is the event."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Always due."""
        return True

    def render(self, message: Message) -> Mail:
        """One line and a link, without any patient."""
        event = PriorEvent.objects.select_related("clinic").get(pk=message.subject_id)
        member = reachable_member(message)
        with at_clinic(event.clinic, language=event.clinic.languages[0]):
            subject = _("Healing curve: %(what)s - %(clinic)s") % {
                "what": event.get_kind_display(),
                "clinic": event.clinic.name,
            }
            link = absolute(reverse("admin:courses_prior_changelist"))
            return compose(
                message, "curve_notice", {"event": event, "link": link}, to=member.address, subject=subject
            )

    def settled(self, message: Message, *, at: datetime) -> None:
        """Note a refused address."""
        note_delivery(message, at=at)


curve_notice = CurveNotice()
