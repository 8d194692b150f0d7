"""Alerts for webhooks: number, clinic, severity, what happened, a link. No name, no score, no complaint."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from clinic.models import Endpoint, Message
from clinic.outbox.compose import absolute
from clinic.outbox.errors import Failure
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Notice, TransportError
from courses.alerts.history import write_event
from courses.alerts.messages.mail import alert_mail
from courses.alerts.reached.clock import note_reached
from courses.models import Alert, AlertEvent


class AlertWebhook:
    """Owner of the message kind `staff_alert_webhook`; its subject is the event to report."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Due as long as a mail about it would be."""
        return alert_mail.still_due(message, at=at)

    def render(self, message: Message) -> Notice:
        """Facts for a machine; people sign in to read more."""
        endpoint = Endpoint.objects.for_clinic(message.clinic).in_use().filter(pk=message.recipient_id).first()
        if endpoint is None:
            raise TransportError(Failure.NOT_IN_USE, permanent=True)
        event = AlertEvent.objects.select_related("alert__clinic").get(pk=message.subject_id)
        alert = event.alert
        return Notice(
            to=endpoint.url,
            secret=endpoint.secret,
            message_id=str(message.uuid),
            facts={
                "message": str(message.uuid),
                "alert": alert.pk,
                "clinic": alert.clinic.name,
                "severity": alert.severity,
                "event": event.kind,
                "happened_at": event.happened_at.isoformat(),
                "link": absolute(reverse("admin:courses_alert_change", args=[alert.pk])),
            },
        )

    def settled(self, message: Message, *, at: datetime) -> None:
        """Record it in the history, but not as a mail: if a machine accepted it, no person may know of it yet."""
        if message.state in {Message.State.SENT, Message.State.FAILED}:
            alert = Alert.objects.select_for_update().get(events=message.subject_id)
            kinds = {Message.State.SENT: AlertEvent.Kind.POSTED, Message.State.FAILED: AlertEvent.Kind.NOT_POSTED}
            write_event(
                alert,
                kinds[Message.State(message.state)],
                at=at,
                message=str(message.uuid),
                endpoint=message.recipient_id,
                error=message.error,
            )
            if message.state == Message.State.SENT and _is_of_a_person(message):
                note_reached(alert, message, at=at)
        note_delivery(message, at=at)


def _is_of_a_person(message: Message) -> bool:
    """Whether a member reads there; another system of the clinic is not a person who was informed."""
    of_members = Endpoint.objects.for_clinic(message.clinic).exclude(member=None)
    return of_members.filter(pk=message.recipient_id).exists()


alert_webhook = AlertWebhook()
