"""The staff mail: alert number, clinic, severity, a link, and how much worse the course is than at its start.

No name, no score, no complaint.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.recipients import member_of, reachable_member
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail
from courses.alerts.history import write_event
from courses.alerts.messages.bundling import bundle_mail
from courses.alerts.messages.links import acknowledge_path
from courses.alerts.messages.threads import thread_headers
from courses.alerts.reached.clock import note_reached
from courses.alerts.steps import step_past_undelivered
from courses.alerts.worse import worse_notes
from courses.models import Alert, AlertEvent

LONGEST_LOCK = "10s"
FRESH = timedelta(minutes=1)


class AlertMail:
    """Owner of the message kind `staff_alert`; its subject is the event to report."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """Only while nobody has acknowledged the alert, or for the news that it closed; checked under lock."""
        with transaction.atomic():
            alert = self._alert(message, lock=True)
            if alert.outcome == Alert.Outcome.COURSE_CLOSED:
                return alert.events.filter(pk=message.subject_id, kind=AlertEvent.Kind.RESOLVED).exists()
            is_open = alert.state == Alert.State.OPEN and alert.silenced_until is None
        return is_open and not _is_overtaken(message, at=at)

    def render(self, message: Message) -> Mail:
        """The mail to one member."""
        event = AlertEvent.objects.select_related("alert__clinic").get(pk=message.subject_id)
        # Loaded once: the clinic of the event is the message's own.
        alert = event.alert
        message.clinic = alert.clinic
        member = reachable_member(message)
        with at_clinic(alert.clinic, language=alert.clinic.languages[0]):
            return compose(
                message,
                "staff_alert",
                {
                    "alert": alert,
                    "event": event,
                    "worse": worse_notes([alert], clinic=alert.clinic).get(alert.pk, ""),
                    "raised_at": alert.clinic.local(alert.raised_at),
                    "acknowledge_url": absolute(acknowledge_path(alert, member)),
                    "alert_url": absolute(reverse("admin:courses_alert_change", args=[alert.pk])),
                },
                to=member.address,
                subject=self._subject(alert, event),
                headers=self._headers(message, event),
            )

    def render_bundle(self, messages: Sequence[Message]) -> Mail:
        """One mail to one member about several messages."""
        return bundle_mail(messages, member=reachable_member(messages[0]))

    def settled(self, message: Message, *, at: datetime) -> None:
        """Record the delivery in the alert's history."""
        kinds = {
            Message.State.SENT: AlertEvent.Kind.SENT,
            Message.State.CANCELLED: AlertEvent.Kind.NOT_SENT,
            Message.State.FAILED: AlertEvent.Kind.UNDELIVERABLE,
            Message.State.UNKNOWN: AlertEvent.Kind.UNKNOWN,
        }
        alert = self._alert(message, lock=True)
        write_event(
            alert,
            kinds[Message.State(message.state)],
            at=at,
            message=str(message.uuid),
            member=message.recipient_id,
            error=message.error,
        )
        if message.state == Message.State.SENT:
            note_reached(alert, message, at=at)
        if message.state == Message.State.FAILED and not self._was_known_to_fail(message):
            step_past_undelivered(alert, at=at)
        note_delivery(message, at=at)

    def _was_known_to_fail(self, message: Message) -> bool:
        """Whether the address was refused before this message was made; its person was then already skipped."""
        failed_at = member_of(message).email_failed_at
        return failed_at is not None and failed_at < message.created_at

    def _headers(self, message: Message, event: AlertEvent) -> dict[str, str]:
        # The mail that raises an alert starts its thread, so no earlier mail is looked up.
        thread = {} if event.kind == AlertEvent.Kind.RAISED else thread_headers(message)
        return {**thread, **({"X-Priority": "1"} if message.is_urgent else {})}

    def _subject(self, alert: Alert, event: AlertEvent) -> str:
        values = {"severity": alert.get_severity_display(), "number": alert.pk, "clinic": alert.clinic.name}
        if event.kind == AlertEvent.Kind.RAISED:
            return _("Alert %(number)s: %(severity)s - %(clinic)s") % values
        what = event.get_kind_display()
        return _("Alert %(number)s, %(what)s: %(severity)s - %(clinic)s") % {**values, "what": what}

    def _alert(self, message: Message, *, lock: bool = False) -> Alert:
        alerts = Alert.objects.filter(events=message.subject_id).select_related("clinic")
        if not lock:
            return alerts.get()
        # An alert that is locked for longer is stuck: mails about the others must not wait for it.
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_LOCK])
        return alerts.select_for_update(of=("self",)).get()


def _is_overtaken(message: Message, *, at: datetime) -> bool:
    """Whether a newer mail makes this waiting repeat unnecessary: after an outage nobody gets twelve at once."""
    has_waited = at - message.created_at > FRESH
    if (
        not has_waited
        or not AlertEvent.objects.filter(pk=message.subject_id, kind=AlertEvent.Kind.REPEATED).exists()
    ):
        return False
    newer = Message.objects.filter(
        group_key=message.group_key, recipient=message.recipient, channel=message.channel, pk__gt=message.pk
    )
    unsettled = [Message.State.PENDING, Message.State.SENDING]
    return newer.filter(Q(state=Message.State.SENT) | Q(state__in=unsettled, due_at__lte=at)).exists()


alert_mail = AlertMail()
