"""Alerts of a clinic that got another time zone: what waits for its opening hours waits for those of the new clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clinic.models import Clinic, Message
from clinic.outbox.queue import ring_on_commit
from courses.alerts.endpoints import MESSAGE_KIND as WEBHOOK_KIND
from courses.alerts.history import write_event
from courses.alerts.opening import OpeningCalendar
from courses.alerts.policy import Clock, Wait
from courses.alerts.reached.clock import longest_wait
from courses.alerts.steps import MESSAGE_KIND, calendar_of, pace_of, policy_of, set_next_step
from courses.models import Alert, AlertEvent

Kind = AlertEvent.Kind
# From which event on people are told by the pace of a first message, and from which on at once.
STARTS = frozenset({Kind.RAISED, Kind.SEVERITY_RAISED, Kind.REOPENED, Kind.LAPSED, Kind.UNSILENCED})
AT_ONCE = frozenset({Kind.ESCALATED, Kind.REPEATED})
CLOCKS = ("repeat_at", "escalate_at", "lapses_at")


@transaction.atomic
def rezone_alerts(clinic: Clinic, *, at: datetime) -> int:
    """Reckon anew, from when they began, the waits that depend on the clinic's clock; returns how many alerts moved.

    Waits that count every hour, those of emergencies among them, stay as they are. Nothing is told twice.
    """
    calendar = calendar_of(clinic)
    alerts = Alert.objects.for_clinic(clinic).unresolved().select_related("clinic", "patient")
    locked = alerts.select_for_update(of=("self",), no_key=True).order_by("pk")
    return sum(_rezone(alert, calendar, at=at) for alert in locked)


def _rezone(alert: Alert, calendar: OpeningCalendar, *, at: datetime) -> bool:
    _first_messages(alert, calendar, at=at)
    before = [getattr(alert, name) for name in CLOCKS]
    if alert.state == Alert.State.OPEN and alert.silenced_until is None:
        _wind(alert, calendar, at=at)
    elif alert.state == Alert.State.ACKNOWLEDGED and alert.acknowledged_at is not None:
        alert.lapses_at = _anew(alert.lapses_at, policy_of(alert).lapse, alert.acknowledged_at, calendar, at=at)
    moved = [name for name, then in zip(CLOCKS, before, strict=True) if getattr(alert, name) != then]
    if moved:
        set_next_step(alert)
        alert.save(update_fields=[*CLOCKS, "next_step_at"])
        write_event(alert, Kind.REARMED, at=at, times=moved, zone=alert.clinic.zone)
    return bool(moved)


def _wind(alert: Alert, calendar: OpeningCalendar, *, at: datetime) -> None:
    """When people are told again, and when the next person is (not saved)."""
    pace = pace_of(alert)
    told = _last(alert, STARTS | AT_ONCE)
    stepped = _last(alert, STARTS | {Kind.ESCALATED})
    if told is not None:
        since = _leaves_at(told, pace.first, calendar)
        alert.repeat_at = _anew(alert.repeat_at, pace.repeat, since, calendar, at=at)
    wait = pace.escalation(alert.chain_position)
    if stepped is not None and wait is not None:
        since = _leaves_at(stepped, pace.first, calendar)
        alert.escalate_at = _anew(alert.escalate_at, wait, since, calendar, at=at)


def _leaves_at(event: AlertEvent, first: Wait, calendar: OpeningCalendar) -> datetime:
    """When the message about an event leaves."""
    return event.happened_at if event.kind in AT_ONCE else first.after(event.happened_at, calendar)


def _anew(
    then: datetime | None, wait: Wait, since: datetime, calendar: OpeningCalendar, *, at: datetime
) -> datetime | None:
    """The end of a wait by the new clock, not before now; as it was where no clock matters or none runs."""
    if then is None or then <= at or wait.clock is Clock.ALWAYS:
        return then
    return max(wait.after(since, calendar), at)


def _first_messages(alert: Alert, calendar: OpeningCalendar, *, at: datetime) -> None:
    """First messages that wait for the clinic to open, and the clocks that run from when they leave."""
    first = pace_of(alert).first
    if first.clock is Clock.ALWAYS:
        return
    waiting = Message.objects.filter(
        kind__in=[MESSAGE_KIND, WEBHOOK_KIND],
        state=Message.State.PENDING,
        subject_id__in=list(alert.events.filter(kind__in=STARTS).values_list("pk", flat=True)),
        n_attempts=0,
        due_at__gt=at,
    )
    for message in waiting:
        due_at = max(first.after(message.created_at, calendar), at)
        waiting.filter(pk=message.pk).update(due_at=due_at)
        if due_at <= at:
            ring_on_commit()
    for reach in alert.reaches.running().filter(leaves_at__gt=at):
        reach.leaves_at = max(first.after(reach.reported_at, calendar), at)
        reach.late_at = reach.leaves_at + longest_wait(reach.severity)
        reach.save(update_fields=["leaves_at", "late_at"])


def _last(alert: Alert, kinds: frozenset[AlertEvent.Kind]) -> AlertEvent | None:
    return alert.events.filter(kind__in=kinds).order_by("-pk").first()
