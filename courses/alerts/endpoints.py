"""Which webhooks are notified of an alert."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from clinic.models import Endpoint, Membership, Message
from clinic.outbox.queue import enqueue
from courses.models import Alert, AlertEvent
from courses.rules.facts import Severity

MESSAGE_KIND = "staff_alert_webhook"


def tell_endpoints(
    alert: Alert, event: AlertEvent, members: Iterable[Membership], *, at: datetime, due_at: datetime
) -> None:
    """Queue notices of an event for the clinic's webhooks and those of the people who are alerted."""
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
            # Mail to people must not wait for a slow machine.
            is_urgent=Severity(alert.severity) is Severity.E0,
            group_key=f"alert:{alert.pk}",
            due_at=due_at,
            at=at,
        )
