"""Reports that reached nobody in time: an alarm outside, a fault, a banner on every staff page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.health.checks import Health
from clinic.models import Clinic, Fault, Message
from courses.alerts.reached.clock import LONGEST_FOR_RED_FLAGS
from courses.models import Alert, Reach

N_SHOWN = 3


@dataclass(frozen=True)
class LateAlert:
    """One alert that reached nobody, and since when it waits. It names no patient: every member sees this."""

    alert: Alert
    since: datetime
    what: str


@dataclass(frozen=True)
class Late:
    """How many, and those that wait longest."""

    n_alerts: int
    oldest: tuple[LateAlert, ...]


def reached_health(*, at: datetime) -> Health:
    """Unwell while a report has reached nobody in time, whatever became of its messages."""
    late = _late(at)
    if not late:
        return Health(True, "nobody waits")
    wait = at - min(reach.reported_at for reach in late)
    n_alerts = len({reach.alert_id for reach in late})
    return Health(False, f"{n_alerts} alerts, the oldest reported {int(max(wait.total_seconds(), 0))} s ago")


def late_alerts(clinic: Clinic, *, at: datetime) -> Late | None:
    """What every page of a clinic shows until somebody is reached or answers."""
    late = Reach.objects.for_clinic(clinic).late_by(at).order_by("reported_at", "pk")
    if not late:
        return None
    first: dict[int, Reach] = {}
    for reach in late:
        first.setdefault(reach.alert_id, reach)
    alerts = Alert.objects.for_clinic(clinic).in_bulk(list(first)[:N_SHOWN])
    last = _last_messages(alerts)
    shown = [
        LateAlert(alerts[pk], reach.reported_at, _what_keeps_it(last.get(f"alert:{pk}")))
        for pk, reach in first.items()
        if pk in alerts
    ]
    return Late(len(first), tuple(shown))


def note_unreached(*, at: datetime) -> int:
    """Record a fault for each alert that reached nobody in time, and end it when somebody is; returns how many.

    A message that waits for a time years away is sent now: nothing about an emergency is ever planned.
    """
    late = _late(at)
    subjects = {f"alert:{reach.alert_id}" for reach in late}
    for subject in sorted(subjects):
        Fault.find(Fault.Kind.UNREACHED, subject, at=at)
    Fault.objects.open().filter(kind=Fault.Kind.UNREACHED).exclude(subject__in=subjects).update(gone_at=at)
    _hurry(late, at=at)
    return len(subjects)


def _late(at: datetime) -> list[Reach]:
    return list(Reach.objects.all_clinics().late_by(at).order_by("reported_at", "pk"))


def _hurry(late: Iterable[Reach], *, at: datetime) -> int:
    groups = {f"alert:{reach.alert_id}" for reach in late}
    if not groups:
        return 0
    waiting = Message.objects.filter(group_key__in=groups, state=Message.State.PENDING, is_urgent=True)
    # A retry, even one that a webhook asks for, is sooner.
    return waiting.filter(first_due_at=None, due_at__gt=at + LONGEST_FOR_RED_FLAGS).update(due_at=at)


def _last_messages(alerts: Iterable[int]) -> dict[str, Message]:
    """The newest email about each alert that was not cancelled, by the name of its group."""
    groups = [f"alert:{pk}" for pk in alerts]
    mails = Message.objects.filter(group_key__in=groups, channel=Message.Channel.EMAIL)
    messages = mails.exclude(state=Message.State.CANCELLED)
    newest = messages.order_by("group_key", "-pk").distinct("group_key")
    return {message.group_key: message for message in newest}


def _what_keeps_it(last: Message | None) -> str:
    """Why no message was accepted, according to the newest message."""
    if last is None:
        return _("Nobody could be emailed: nobody has an email address.")
    if last.trouble == Message.Trouble.US:
        return _("The mail server refuses our emails.")
    if last.trouble == Message.Trouble.MESSAGE:
        return _("The email could not be made.")
    if last.state == Message.State.FAILED and last.is_refused:
        return _("Every email was refused.")
    return _("The mail server has not accepted an email yet.")
