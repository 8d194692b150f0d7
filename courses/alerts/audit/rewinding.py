"""Repairs times set by a clock that ran ahead: after it is set back, no alert waits for the difference.

A step further in the future than its severity allows was set by another clock: it is set again from now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from clinic.models import Fault, Message
from clinic.opening import OpeningCalendar
from clinic.worker.batch import each
from courses.alerts.endpoints import MESSAGE_KIND as WEBHOOK_KIND
from courses.alerts.history import write_event
from courses.alerts.reached.clock import hurry_clocks
from courses.alerts.steps import (
    MESSAGE_KIND,
    PAUSE_AFTER_FAILURE,
    pace_of,
    policy_of,
    set_next_step,
)
from courses.models import Alert, AlertEvent
from courses.models.alerting.silence import LONGEST

Clocks = Mapping[str, datetime]


def rewind(*, at: datetime) -> int:
    """Set again every step and first message that is too far in the future; returns how many."""
    hurry_clocks(at=at)
    return each(_too_far(at), partial(_rewind_alert, at=at)) + each(_early_born(at), partial(_hurry, at=at))


def _too_far(at: datetime) -> list[int]:
    """Unresolved alerts with a step beyond every interval; the limit is computed once per clinic and pace."""
    calendars: dict[int, OpeningCalendar] = {}
    allowed: dict[object, Clocks] = {}
    found = []
    for alert in Alert.objects.all_clinics().unresolved().select_related("clinic", "patient").order_by("pk"):
        key = (alert.clinic_id, alert.severity, pace_of(alert))
        if key not in allowed:
            calendar = calendars.setdefault(alert.clinic_id, alert.clinic.calendar())
            allowed[key] = _latest(alert, calendar, at=at)
        if _beyond(alert, allowed[key]) or _is_held_up(alert, at=at):
            found.append(alert.pk)
    return found


def _latest(alert: Alert, calendar: OpeningCalendar, *, at: datetime) -> Clocks:
    """The latest possible time for each of an alert's clocks, if all were set by now."""
    pace = pace_of(alert)
    first_at = pace.first.latest(at, calendar)
    return {
        "repeat_at": pace.repeat.latest(first_at, calendar),
        "escalate_at": max((wait.latest(first_at, calendar) for wait in pace.escalate), default=at),
        "lapses_at": policy_of(alert).lapse.latest(at, calendar),
        "silenced_until": at + LONGEST,
    }


def _beyond(alert: Alert, latest: Clocks) -> list[str]:
    """The names of the times that are too late."""
    return [name for name, limit in latest.items() if getattr(alert, name) and getattr(alert, name) > limit]


def _is_held_up(alert: Alert, *, at: datetime) -> bool:
    """Whether an alert that failed was postponed further than a failure ever postpones."""
    times = [getattr(alert, name) for name in ("repeat_at", "escalate_at", "lapses_at", "silenced_until")]
    first = min((time for time in times if time), default=at)
    next_step_at = alert.next_step_at
    return next_step_at is not None and next_step_at > max(first, at + PAUSE_AFTER_FAILURE)


@transaction.atomic
def _rewind_alert(alert_id: int, *, at: datetime) -> bool:
    alerts = Alert.objects.select_for_update(of=("self",)).select_related("clinic", "patient")
    alert = alerts.get(pk=alert_id)
    if alert.is_resolved:
        return False
    calendar, pace = alert.clinic.calendar(), pace_of(alert)
    far = _beyond(alert, _latest(alert, calendar, at=at))
    wait = pace.escalation(alert.chain_position)
    anew = {
        "repeat_at": pace.repeat.after(at, calendar),
        "escalate_at": wait.after(at, calendar) if wait else None,
        "lapses_at": policy_of(alert).lapse.after(at, calendar),
        "silenced_until": at + LONGEST,
    }
    for name in far:
        setattr(alert, name, anew[name])
    set_next_step(alert)
    alert.save(update_fields=["repeat_at", "escalate_at", "lapses_at", "silenced_until", "next_step_at"])
    write_event(alert, AlertEvent.Kind.REARMED, at=at, times=far)
    Fault.note(Fault.Kind.CLOCK, f"alert:{alert.pk}", at=at)
    return True


def _early_born(at: datetime) -> list[Message]:
    """Waiting messages about alerts that were made at a time in the future."""
    waiting = Message.objects.filter(kind__in=[MESSAGE_KIND, WEBHOOK_KIND], state=Message.State.PENDING)
    return list(waiting.filter(created_at__gt=at, due_at__gt=at).select_related("clinic").order_by("pk"))


def _hurry(message: Message, *, at: datetime) -> bool:
    """The due time as if it were made now; never later than it already is."""
    alert = Alert.objects.select_related("patient").get(events=message.subject_id)
    due_at = pace_of(alert).first.after(at, message.clinic.calendar())
    waiting = Message.objects.filter(pk=message.pk, state=Message.State.PENDING, due_at__gt=due_at)
    return bool(waiting.update(due_at=due_at))
