"""The staff mail: alert number, clinic, severity, a link. No name, no score, no complaint."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.models import Membership, Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.transports.base import Mail, TransportError
from courses.alerts.history import write_event
from courses.alerts.links import acknowledge_path
from courses.alerts.steps import step_past_undelivered
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
        alert, member = self._alert(message), self._member(message)
        if not member.is_active or not member.user.email:
            raise TransportError("no active address", permanent=True)
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
                headers={"X-Priority": "1"} if message.is_urgent else None,
            )

    def settled(self, message: Message, *, at: datetime) -> None:
        """Delivery is part of the alert's history."""
        kinds = {
            Message.State.SENT: AlertEvent.Kind.SENT,
            Message.State.CANCELLED: AlertEvent.Kind.NOT_SENT,
            Message.State.FAILED: AlertEvent.Kind.UNDELIVERABLE,
        }
        alert = self._alert(message, lock=True)
        write_event(
            alert,
            kinds[Message.State(message.state)],
            at=at,
            message=str(message.uuid),
            member=self._member(message).pk,
            error=message.error,
        )
        if message.state == Message.State.FAILED:
            step_past_undelivered(alert, at=at)

    def _subject(self, alert: Alert, event: AlertEvent) -> str:
        values = {"severity": alert.get_severity_display(), "number": alert.pk, "clinic": alert.clinic.name}
        if event.kind == AlertEvent.Kind.RAISED:
            return _("Alert %(number)s: %(severity)s - %(clinic)s") % values
        what = event.get_kind_display()
        return _("Alert %(number)s, %(what)s: %(severity)s - %(clinic)s") % {**values, "what": what}

    def _alert(self, message: Message, *, lock: bool = False) -> Alert:
        alerts = Alert.objects.filter(events=message.subject_id).select_related("clinic")
        return (alerts.select_for_update(of=("self",)) if lock else alerts).get()

    def _member(self, message: Message) -> Membership:
        member_id = int(message.recipient.removeprefix("membership:"))
        return Membership.objects.for_clinic(message.clinic).select_related("user", "clinic").get(pk=member_id)


alert_mail = AlertMail()
