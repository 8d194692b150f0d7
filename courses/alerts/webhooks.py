"""Alerts for webhooks: number, clinic, severity, what happened, a link. No name, no score, no complaint."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from clinic.models import Endpoint, Membership, Message
from clinic.outbox.compose import absolute
from clinic.outbox.queue import enqueue
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Notice, TransportError
from courses.alerts.history import write_event
from courses.alerts.mail import alert_mail
from courses.models import Alert, AlertEvent
from courses.rules.facts import Severity

MESSAGE_KIND = "staff_alert_webhook"


def tell_endpoints(
    alert: Alert, event: AlertEvent, members: Iterable[Membership], *, at: datetime, due_at: datetime
) -> None:
    """Queue what the clinic's own webhooks and those of the people told are to hear of an event."""
    whose = Q(member=None) | Q(member__in=list(members))
    for endpoint in Endpoint.objects.for_clinic(alert.clinic).in_use().filter(whose):
        enqueue(
            clinic=alert.clinic,
            kind=MESSAGE_KIND,
            subject_id=event.pk,
            recipient=f"endpoint:{endpoint.pk}",
            channel=Message.Channel.WEBHOOK,
            dedup_key=f"alert-event:{event.pk}:endpoint:{endpoint.pk}",
            guarantee=Message.Guarantee.AT_LEAST_ONCE,
            # Mail to people is not to wait behind a machine that answers slowly.
            is_urgent=Severity(alert.severity) is Severity.E0,
            group_key=f"alert:{alert.pk}",
            due_at=due_at,
            at=at,
        )


class AlertWebhook:
    """Owner of the message kind `staff_alert_webhook`; its subject is the event that is told."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """As long as a mail about it would be."""
        return alert_mail.still_due(message, at=at)

    def render(self, message: Message) -> Notice:
        """Facts for a machine: whoever reads them signs in for more."""
        endpoint = Endpoint.objects.for_clinic(message.clinic).in_use().filter(pk=message.recipient_id).first()
        if endpoint is None:
            raise TransportError("webhook not in use", permanent=True)
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
        """Part of the alert's history; the mail to people goes its own way whatever a webhook says."""
        if message.state in {Message.State.SENT, Message.State.FAILED}:
            alert = Alert.objects.select_for_update().get(events=message.subject_id)
            kinds = {Message.State.SENT: AlertEvent.Kind.SENT, Message.State.FAILED: AlertEvent.Kind.UNDELIVERABLE}
            write_event(
                alert,
                kinds[Message.State(message.state)],
                at=at,
                message=str(message.uuid),
                endpoint=message.recipient_id,
                error=message.error,
            )
        note_delivery(message, at=at)


alert_webhook = AlertWebhook()
