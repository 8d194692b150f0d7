"""What happens to an alert as time passes: told, told again, escalated, acknowledgement lapsed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from clinic.batch import each
from clinic.models import Clinic, Membership, Message
from clinic.outbox.queue import enqueue
from courses.alerts.chain import Step, reachable
from courses.alerts.history import write_event
from courses.alerts.opening import OpeningCalendar
from courses.alerts.policy import POLICIES, Policy
from courses.models import Alert, AlertEvent
from courses.rules.facts import Severity

MESSAGE_KIND = "staff_alert"
PAUSE_AFTER_FAILURE = timedelta(minutes=5)


def calendar_of(clinic: Clinic) -> OpeningCalendar:
    """The clinic's opening hours and holidays."""
    hours: dict[int, tuple[tuple[object, object], ...]] = {}
    for row in clinic.opening_hours.all():
        hours[row.weekday] = (*hours.get(row.weekday, ()), (row.opens_at, row.closes_at))
    closed_on = frozenset(clinic.holidays.values_list("on", flat=True))
    return OpeningCalendar(clinic.zone_info, hours, closed_on)  # type: ignore[arg-type]


def policy_of(alert: Alert) -> Policy:
    """How fast this alert moves."""
    return POLICIES[Severity(alert.severity)]


def start_steps(alert: Alert, event: AlertEvent, *, at: datetime) -> None:
    """Tell the first people of the chain, and set when they are told again and when the next are (not saved)."""
    policy, calendar = policy_of(alert), calendar_of(alert.clinic)
    first_at = policy.first.after(at, calendar)
    n_first = min(policy.n_first_steps, len(alert.chain))
    alert.chain_position = max(alert.chain_position, n_first - 1, 0)
    alert.lapses_at = None
    if _is_mailed(alert):
        for position in range(n_first - 1):
            _note_unreachable(alert, position, at=at)
        _tell_until_newest_is_reached(alert, event, at=at, due_at=first_at)
    alert.repeat_at = policy.repeat.after(first_at, calendar)
    alert.escalate_at = policy.escalation(alert.chain_position).after(first_at, calendar)
    set_next_step(alert)


def _is_mailed(alert: Alert) -> bool:
    """Whether this alert pages people: reviews and corrections are listed, training patients are invented."""
    return policy_of(alert).is_mailed and not alert.is_quiet and not alert.patient.is_training


def set_next_step(alert: Alert) -> None:
    """Derive the next step from the three times (not saved)."""
    times = [time for time in (alert.repeat_at, alert.escalate_at, alert.lapses_at) if time]
    alert.next_step_at = min(times, default=None)


@transaction.atomic
def advance(alert_id: int, *, at: datetime) -> bool:
    """Take the steps of one alert that are due; False when somebody else did or nothing is due."""
    alert = Alert.objects.select_for_update(skip_locked=True).step_due_by(at).filter(pk=alert_id).first()
    if alert is None:
        return False
    if alert.lapses_at and alert.lapses_at <= at:
        _reopen(alert, at=at)
    elif alert.escalate_at and alert.escalate_at <= at:
        _escalate(alert, at=at)
    else:
        _repeat(alert, at=at)
    set_next_step(alert)
    alert.save()
    return True


def sweep(*, at: datetime) -> int:
    """Take every step that is due; returns how many alerts moved. Safe many times at once."""
    due = list(Alert.objects.all_clinics().step_due_by(at).order_by("next_step_at").values_list("pk", flat=True))
    return each(due, partial(advance, at=at), on_failure=partial(_push_ahead, at=at))


def _push_ahead(alert_id: int, *, at: datetime) -> None:
    """An alert that cannot take its step must not be the first in every sweep."""
    Alert.objects.filter(pk=alert_id).update(next_step_at=at + PAUSE_AFTER_FAILURE)


def _reopen(alert: Alert, *, at: datetime) -> None:
    kind = AlertEvent.Kind.REOPENED if alert.state == Alert.State.SNOOZED else AlertEvent.Kind.LAPSED
    event = write_event(alert, kind, at=at, new_state=Alert.State.OPEN)
    alert.acknowledged_at = alert.acknowledged_by = None
    start_steps(alert, event, at=at)


def _escalate(alert: Alert, *, at: datetime) -> None:
    policy, calendar = policy_of(alert), calendar_of(alert.clinic)
    if alert.chain_position + 1 >= len(alert.chain):
        alert.escalate_at = None
        return _repeat(alert, at=at)
    alert.chain_position += 1
    if _is_mailed(alert):
        step = alert.chain[alert.chain_position]["step"]
        event = write_event(alert, AlertEvent.Kind.ESCALATED, at=at, step=step)
        _tell_until_newest_is_reached(alert, event, at=at, due_at=at)
    alert.escalate_at = policy.escalation(alert.chain_position).after(at, calendar)
    # Everybody was told just now: a repeat in the same minute would tell them twice.
    alert.repeat_at = policy.repeat.after(at, calendar)
    return None


def _repeat(alert: Alert, *, at: datetime) -> None:
    policy, calendar = policy_of(alert), calendar_of(alert.clinic)
    alert.repeat_at = policy.repeat.after(at, calendar)
    if _is_mailed(alert):
        event = write_event(alert, AlertEvent.Kind.REPEATED, at=at)
        tell(alert, event, at=at, due_at=at)


def _tell_until_newest_is_reached(alert: Alert, event: AlertEvent, *, at: datetime, due_at: datetime) -> None:
    """A step without anybody reachable is a failure of its own: the next step is taken at once."""
    while _note_unreachable(alert, alert.chain_position, at=at) and alert.chain_position + 1 < len(alert.chain):
        alert.chain_position += 1
    tell(alert, event, at=at, due_at=due_at)


def _note_unreachable(alert: Alert, position: int, *, at: datetime) -> bool:
    """Whether a step has nobody who can be reached; if so that is part of the history."""
    step: Step = alert.chain[position] if alert.chain else {"step": "", "members": []}
    if reachable(alert.clinic, step["members"]):
        return False
    write_event(alert, AlertEvent.Kind.UNDELIVERABLE, at=at, step=step["step"])
    return True


def tell(alert: Alert, event: AlertEvent, *, at: datetime, due_at: datetime) -> list[Membership]:
    """Queue a mail about an event to everybody the chain has reached; returns them."""
    reached = {pk for step in alert.chain[: alert.chain_position + 1] for pk in step["members"]}
    members = reachable(alert.clinic, reached)
    for member in members:
        enqueue(
            clinic=alert.clinic,
            kind=MESSAGE_KIND,
            subject_id=event.pk,
            recipient=f"membership:{member.pk}",
            dedup_key=f"alert-event:{event.pk}:{member.pk}",
            guarantee=Message.Guarantee.AT_LEAST_ONCE,
            is_urgent=Severity(alert.severity) in {Severity.E0, Severity.E1},
            group_key=f"alert:{alert.pk}",
            due_at=due_at,
            at=at,
        )
    return members
