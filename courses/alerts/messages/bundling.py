"""Several messages about one course to one person are sent as one mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import Membership, Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.transports.base import Mail
from courses.alerts.messages.links import acknowledge_path
from courses.alerts.messages.threads import thread_headers
from courses.alerts.worse import worse_notes
from courses.models import Alert, AlertEvent
from courses.rules.facts import rank_of


class Entry(TypedDict):
    """One alert in the mail, with its latest event."""

    alert: Alert
    event: AlertEvent
    worse: str
    acknowledge_url: str
    alert_url: str


def bundle_key(alert: Alert, event: AlertEvent) -> str:
    """The key of events that may share one mail; empty if the event is sent alone.

    Every report of a red flag is sent alone; its repeats may be bundled if they piled up.
    """
    if not alert.is_red_flag:
        return f"course:{alert.course_id}" if alert.course_id else ""
    is_repeat = event.kind in {AlertEvent.Kind.REPEATED, AlertEvent.Kind.ESCALATED}
    return f"alert:{alert.pk}" if is_repeat else ""


def bundle_mail(messages: Sequence[Message], *, member: Membership) -> Mail:
    """One mail under the first message's id: each alert once, in its current state."""
    first = messages[0]
    with at_clinic(first.clinic, language=first.clinic.languages[0]):
        entries = _entries(messages, member)
        return compose(
            first,
            "staff_alerts",
            {"entries": entries},
            to=member.address,
            subject=_subject([entry["alert"] for entry in entries], clinic=first.clinic.name),
            headers={**thread_headers(first), **({"X-Priority": "1"} if first.is_urgent else {})},
        )


def _entries(messages: Iterable[Message], member: Membership) -> list[Entry]:
    events = AlertEvent.objects.filter(pk__in=[message.subject_id for message in messages])
    newest = {event.alert_id: event for event in events.select_related("alert__clinic").order_by("pk")}
    notes = worse_notes([event.alert for event in newest.values()], clinic=member.clinic)
    return [
        {
            "alert": event.alert,
            "event": event,
            "worse": notes.get(event.alert_id, ""),
            "acknowledge_url": absolute(acknowledge_path(event.alert, member)),
            "alert_url": absolute(reverse("admin:courses_alert_change", args=[event.alert_id])),
        }
        for event in newest.values()
    ]


def _subject(alerts: Sequence[Alert], *, clinic: str) -> str:
    worst = min(alerts, key=lambda alert: rank_of(alert.severity))
    values = {"severity": worst.get_severity_display(), "number": worst.pk, "n": len(alerts), "clinic": clinic}
    if len(alerts) == 1:
        return _("Alert %(number)s, reminder: %(severity)s - %(clinic)s") % values
    return _("%(n)s alerts: %(severity)s - %(clinic)s") % values
