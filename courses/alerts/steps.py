"""What happens to an alert as time passes: sent, repeated, escalated, acknowledgement expired."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from clinic.models import Membership, Message
from clinic.opening import OpeningCalendar
from clinic.outbox.queue import enqueue_all
from clinic.worker.batch import each
from courses.alerts.chain import Step, members_to_alert, reachable
from courses.alerts.endpoints import tell_endpoints
from courses.alerts.flapping import what_to_tell
from courses.alerts.history import write_event
from courses.alerts.messages.bundling import bundle_key
from courses.alerts.policy import POLICIES, Policy
from courses.alerts.reached.clock import start_clock
from courses.alerts.silences import fall_silent, silence_of
from courses.models import Alert, AlertEvent
from courses.rules.facts import DOCTOR_TODAY, Severity

MESSAGE_KIND = "staff_alert"
PAUSE_AFTER_FAILURE = timedelta(minutes=5)


def policy_of(alert: Alert) -> Policy:
    """The pace of this alert."""
    return POLICIES[Severity(alert.severity)]


def start_steps(alert: Alert, event: AlertEvent, *, at: datetime, calendar: OpeningCalendar | None = None) -> None:
    """Alert the first people of the chain, and set the times of the repeat and of the next step (not saved).

    A silence in force postpones all of it to its end; an alert that opens again and again is not sent each time.
    """
    policy, calendar = pace_of(alert), calendar or alert.clinic.calendar()
    alert.lapses_at = alert.silenced_until = alert.exhausted_at = None
    muting = silence_of(alert, at=at)
    if muting is not None:
        fall_silent(alert, muting, at=at)
        return set_next_step(alert)
    first_at = policy.first.after(at, calendar)
    if is_paged(alert):
        n_first = min(policy.n_first_steps, len(alert.chain))
        alert.chain_position = max(alert.chain_position, n_first - 1, 0)
        news = what_to_tell(alert, event, at=at)
        if news is not None:
            for position in range(n_first - 1):
                _note_unreachable(alert, position, at=at)
            start_clock(alert, news, at=at, leaves_at=first_at)
            _tell_until_newest_is_reached(alert, news, at=at, due_at=first_at)
    _wind_clocks(alert, since=first_at, calendar=calendar)
    return set_next_step(alert)


def restart_clocks(alert: Alert, *, at: datetime) -> None:
    """The pace of the alert has changed: set the times of its acknowledgement or its messages again
    (not saved).
    """
    calendar = alert.clinic.calendar()
    if alert.state == Alert.State.OPEN:
        _wind_clocks(alert, since=at, calendar=calendar)
    else:
        alert.lapses_at = policy_of(alert).lapse.after(at, calendar)
    set_next_step(alert)


def is_paged(alert: Alert) -> bool:
    """Whether this alert is mailed to people: reviews and late entries wait for the digest, and test patients
    are not real.
    """
    return policy_of(alert).is_mailed and not alert.is_quiet and not alert.patient.is_training


def pace_of(alert: Alert) -> Policy:
    """The pace of this alert: alerts that are not sent follow the digest."""
    return policy_of(alert) if is_paged(alert) else POLICIES[Severity.REVIEW]


def _wind_clocks(alert: Alert, *, since: datetime, calendar: OpeningCalendar) -> None:
    """Set the times of the next repeat and of the next step (not saved)."""
    policy = pace_of(alert)
    alert.repeat_at = policy.repeat.after(since, calendar)
    wait = policy.escalation(alert.chain_position)
    alert.escalate_at = wait.after(since, calendar) if wait and alert.exhausted_at is None else None


def set_next_step(alert: Alert) -> None:
    """Derive the next step from the four times (not saved)."""
    times = [time for time in (alert.repeat_at, alert.escalate_at, alert.lapses_at, alert.silenced_until) if time]
    alert.next_step_at = min(times, default=None)


@transaction.atomic
def advance(alert_id: int, *, at: datetime) -> bool:
    """Take the due steps of one alert; False if somebody else did or nothing is due."""
    alert = Alert.objects.select_for_update(skip_locked=True).step_due_by(at).filter(pk=alert_id).first()
    if alert is None:
        return False
    if alert.lapses_at and alert.lapses_at <= at:
        _reopen(alert, at=at)
    elif alert.silenced_until and alert.silenced_until <= at:
        end_of_silence(alert, at=at)
    elif alert.escalate_at and alert.escalate_at <= at:
        _escalate(alert, at=at)
    elif _is_repeat_due(alert, at=at):
        _repeat(alert, at=at)
    set_next_step(alert)
    alert.save()
    return True


def _is_repeat_due(alert: Alert, *, at: datetime) -> bool:
    """Whether a repeat is due: never for an answered or silenced alert; always if no time is set."""
    if alert.state != Alert.State.OPEN or alert.silenced_until is not None:
        return False
    return alert.repeat_at is None or alert.repeat_at <= at


def sweep(*, at: datetime) -> int:
    """Take every step that is due; returns how many alerts changed. Safe many times at once."""
    lapse_answers_of_those_who_left(at=at)
    due = list(Alert.objects.all_clinics().step_due_by(at).order_by("next_step_at").values_list("pk", flat=True))
    return each(due, partial(advance, at=at), on_failure=partial(_push_ahead, at=at))


def lapse_answers_of_those_who_left(*, at: datetime) -> int:
    """End acknowledgements of people who no longer work here: these alerts are open again."""
    left = Q(acknowledged_by__deactivated_at__isnull=False) | Q(acknowledged_by__user__is_active=False)
    held = Alert.objects.all_clinics().unresolved().filter(left, state=Alert.State.ACKNOWLEDGED)
    is_still_to_lapse = Q(lapses_at=None) | Q(lapses_at__gt=at)
    return held.filter(is_still_to_lapse).update(lapses_at=at, next_step_at=at)


def _push_ahead(alert_id: int, *, at: datetime) -> None:
    """Postpone an alert whose step fails, so that it is not the first in every sweep."""
    Alert.objects.unresolved().filter(pk=alert_id).update(next_step_at=at + PAUSE_AFTER_FAILURE)


def _reopen(alert: Alert, *, at: datetime) -> None:
    kind = AlertEvent.Kind.REOPENED if alert.state == Alert.State.SNOOZED else AlertEvent.Kind.LAPSED
    event = write_event(alert, kind, at=at, new_state=Alert.State.OPEN)
    alert.acknowledged_at = alert.acknowledged_by = None
    start_steps(alert, event, at=at)


def end_of_silence(alert: Alert, *, at: datetime) -> None:
    """Send what was muted (not saved)."""
    event = write_event(alert, AlertEvent.Kind.UNSILENCED, at=at)
    start_steps(alert, event, at=at)


def _escalate(alert: Alert, *, at: datetime) -> None:
    calendar = alert.clinic.calendar()
    if alert.chain_position + 1 >= len(alert.chain):
        _exhaust(alert, at=at)
        return _repeat(alert, at=at)
    alert.chain_position += 1
    if is_paged(alert):
        step = alert.chain[alert.chain_position]["step"]
        event = write_event(alert, AlertEvent.Kind.ESCALATED, at=at, step=step)
        _tell_until_newest_is_reached(alert, event, at=at, due_at=at)
    # Everybody was alerted just now: a repeat in the same minute would alert them twice.
    return _wind_clocks(alert, since=at, calendar=calendar)


def _repeat(alert: Alert, *, at: datetime) -> None:
    alert.repeat_at = pace_of(alert).repeat.after(at, alert.clinic.calendar())
    if is_paged(alert):
        event = write_event(alert, AlertEvent.Kind.REPEATED, at=at)
        tell(alert, event, at=at, due_at=at)


def _exhaust(alert: Alert, *, at: datetime) -> None:
    """The whole chain was alerted, or could not be: from now on every staff page shows the alert (not saved)."""
    alert.escalate_at = None
    if alert.exhausted_at is None:
        alert.exhausted_at = at
        write_event(alert, AlertEvent.Kind.EXHAUSTED, at=at)


def step_past_undelivered(alert: Alert, *, at: datetime) -> None:
    """A mail failed for good: go to the next person at once; after the last, every page shows the alert."""
    if alert.state != Alert.State.OPEN:
        return
    if alert.chain_position + 1 < len(alert.chain):
        alert.escalate_at = alert.next_step_at = at
    elif not alert.events.filter(kind=AlertEvent.Kind.SENT).exists():
        _exhaust(alert, at=at)
        set_next_step(alert)
    alert.save(update_fields=["escalate_at", "next_step_at", "exhausted_at"])


def _tell_until_newest_is_reached(alert: Alert, event: AlertEvent, *, at: datetime, due_at: datetime) -> None:
    """A step without anybody reachable counts as a failure: take the next step at once."""
    while _note_unreachable(alert, alert.chain_position, at=at):
        if alert.chain_position + 1 >= len(alert.chain):
            _exhaust(alert, at=at)
            break
        alert.chain_position += 1
    tell(alert, event, at=at, due_at=due_at)


def _note_unreachable(alert: Alert, position: int, *, at: datetime) -> bool:
    """Whether nobody of a step can be reached; if so, note that in the history."""
    step: Step = alert.chain[position] if alert.chain else {"step": "", "members": []}
    if reachable(alert.clinic, step["members"]):
        return False
    write_event(alert, AlertEvent.Kind.UNDELIVERABLE, at=at, step=step["step"])
    return True


def tell(alert: Alert, event: AlertEvent, *, at: datetime, due_at: datetime) -> list[Membership]:
    """Queue a mail about an event to everybody in the chain so far; returns them.

    If none of them can be reached, every lead and manager is emailed instead.
    """
    reached = {pk for step in alert.chain[: alert.chain_position + 1] for pk in step["members"]}
    members = members_to_alert(alert.clinic, reached, is_red_flag=alert.is_red_flag)
    messages = [
        Message(
            clinic=alert.clinic,
            kind=MESSAGE_KIND,
            subject_id=event.pk,
            recipient=f"membership:{member.pk}",
            dedup_key=f"alert-event:{event.pk}:{member.pk}",
            guarantee=Message.Guarantee.AT_LEAST_ONCE,
            is_urgent=alert.severity in DOCTOR_TODAY,
            group_key=f"alert:{alert.pk}",
            bundle_key=bundle_key(alert, event),
            created_at=at,
            due_at=due_at,
        )
        for member in members
    ]
    enqueue_all(messages, at=at)
    tell_endpoints(alert, event, members, at=at, due_at=due_at)
    return members
