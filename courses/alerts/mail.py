"""The staff mail: alert number, clinic, severity, a link. No name, no score, no complaint."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.models import Membership, Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail, TransportError
from courses.alerts.history import write_event
from courses.alerts.links import acknowledge_path
from courses.alerts.steps import step_past_undelivered
from courses.alerts.threads import thread_headers
from courses.alerts.together import mail_together
from courses.models import Alert, AlertEvent


class AlertMail:
    """Owner of the message kind `staff_alert`; its subject is the event that is told."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Only while nobody has taken the alert on, or as the word that it closed; looked at under lock."""
        with transaction.atomic():
            alert = self._alert(message, lock=True)
            if alert.outcome == Alert.Outcome.COURSE_CLOSED:
                return alert.events.filter(pk=message.subject_id, kind=AlertEvent.Kind.RESOLVED).exists()
            return alert.state == Alert.State.OPEN and alert.silenced_until is None

    def render(self, message: Message) -> Mail:
        """The mail to one member."""
        alert, member = self._alert(message), self._reachable_member(message)
        event = AlertEvent.objects.get(pk=message.subject_id)
        with translation.override(alert.clinic.languages[0]):
            return compose(
                message,
                "staff_alert",
                {
                    "alert": alert,
                    "event": event,
                    "raised_at": alert.clinic.local(alert.raised_at),
                    "acknowledge_url": absolute(acknowledge_path(alert, member)),
                    "alert_url": absolute(reverse("admin:courses_alert_change", args=[alert.pk])),
                },
                to=member.user.email,
                subject=self._subject(alert, event),
                headers={**thread_headers(message), **({"X-Priority": "1"} if message.is_urgent else {})},
            )

    def render_together(self, messages: Sequence[Message]) -> Mail:
        """One mail to one member about several messages."""
        return mail_together(messages, member=self._reachable_member(messages[0]))

    def settled(self, message: Message, *, at: datetime) -> None:
        """Delivery is part of the alert's history."""
        kinds = {
            Message.State.SENT: AlertEvent.Kind.SENT,
            Message.State.CANCELLED: AlertEvent.Kind.NOT_SENT,
            Message.State.FAILED: AlertEvent.Kind.UNDELIVERABLE,
        }
        alert, member = self._alert(message, lock=True), self._member(message)
        write_event(
            alert,
            kinds[Message.State(message.state)],
            at=at,
            message=str(message.uuid),
            member=member.pk,
            error=message.error,
        )
        # Whose address was refused before has been stepped over already.
        if message.state == Message.State.FAILED and member.email_failed_at is None:
            step_past_undelivered(alert, at=at)
        note_delivery(message, at=at)

    def _subject(self, alert: Alert, event: AlertEvent) -> str:
        values = {"severity": alert.get_severity_display(), "number": alert.pk, "clinic": alert.clinic.name}
        if event.kind == AlertEvent.Kind.RAISED:
            return _("Alert %(number)s: %(severity)s - %(clinic)s") % values
        what = event.get_kind_display()
        return _("Alert %(number)s, %(what)s: %(severity)s - %(clinic)s") % {**values, "what": what}

    def _alert(self, message: Message, *, lock: bool = False) -> Alert:
        alerts = Alert.objects.filter(events=message.subject_id).select_related("clinic")
        return (alerts.select_for_update(of=("self",)) if lock else alerts).get()

    def _reachable_member(self, message: Message) -> Membership:
        member = self._member(message)
        if not member.is_active or not member.user.email:
            raise TransportError("no active address", permanent=True)
        return member

    def _member(self, message: Message) -> Membership:
        members = Membership.objects.for_clinic(message.clinic).select_related("user", "clinic")
        return members.get(pk=message.recipient_id)


alert_mail = AlertMail()
