"""The auditor: checks every few minutes that every alert is on its way, and reports those that are not.

It trusts the rows, not the processes. It restarts the alerts it finds, and reports a fault in /healthz
until the fault is repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from clinic.models import Fault, Heartbeat, Message
from clinic.worker.batch import each
from courses.alerts.audit.health import AUDITOR
from courses.alerts.audit.rewinding import rewind
from courses.alerts.chain import snapshot_chain
from courses.alerts.history import write_event
from courses.alerts.messages.mail import alert_mail
from courses.alerts.reached.late import note_unreached
from courses.alerts.steps import MESSAGE_KIND, is_paged, start_steps, sweep, tell
from courses.models import Alert, AlertEvent

# A sweep runs every ten seconds: a step that is this late will not happen without help.
GRACE = timedelta(minutes=5)
# Anything older was checked many times before.
WINDOW = timedelta(days=1)
CLOCKS = ("next_step_at", "repeat_at", "escalate_at", "lapses_at", "silenced_until")
REPORTS = (AlertEvent.Kind.RAISED, AlertEvent.Kind.REPORTED_AGAIN, AlertEvent.Kind.SEVERITY_RAISED)
TELLING = (*REPORTS, AlertEvent.Kind.ESCALATED, AlertEvent.Kind.REPEATED, AlertEvent.Kind.LAPSED)


def audit_alerts(*, at: datetime) -> int:
    """Check every unresolved alert; returns how many faults are open now. Safe many times at once.

    Reports that reached nobody are counted by their own clock, not here: see `reached`.
    """
    rewind(at=at)
    # After a stop everything is late: what a sweep repairs is no fault.
    sweep(at=at)
    note_failures(at=at)
    _audit(Fault.Kind.STUCK, _stuck(at), rearm, at=at)
    # Repeated at each audit, but it makes each message only once: people are alerted as soon as that is possible.
    _audit(Fault.Kind.UNTOLD, _unreached(at), tell_again, at=at, is_mended_each_time=True)
    _audit(Fault.Kind.UNDELIVERED, _undelivered(), None, at=at)
    note_unreached(at=at)
    Heartbeat.beat(AUDITOR, at=at)
    return Fault.objects.open().exclude(kind=Fault.Kind.UNREACHED).count()


def note_failures(*, at: datetime) -> int:
    """Failed mails that their owner did not record, because it failed or is gone: the next person is alerted."""
    return each(_unnoted_failures(at), partial(_note_failure, at=at))


@transaction.atomic
def _note_failure(message: Message, *, at: datetime) -> bool:
    alert_mail.settled(message, at=at)
    return True


def _audit(
    kind: Fault.Kind,
    alerts: Iterable[int],
    mend: Callable[..., object] | None,
    *,
    at: datetime,
    is_mended_each_time: bool = False,
) -> None:
    """Record what is wrong, repair it once, and end faults that no longer apply."""
    subjects = {f"alert:{pk}": pk for pk in alerts}
    new = [pk for subject, pk in subjects.items() if Fault.find(kind, subject, at=at)]
    Fault.objects.open().filter(kind=kind).exclude(subject__in=subjects).update(gone_at=at)
    if mend is not None:
        each(list(subjects.values()) if is_mended_each_time else new, partial(mend, at=at))


def _stuck(at: datetime) -> list[int]:
    """Unresolved alerts with a step that is overdue; failures put off only `next_step_at`."""
    late = Q(*((f"{clock}__lte", at - GRACE) for clock in CLOCKS), _connector=Q.OR)
    return list(Alert.objects.all_clinics().unresolved().filter(late).order_by("pk").values_list("pk", flat=True))


def _unreached(at: datetime) -> list[int]:
    """Open alerts with an event to send, for which no message was ever made."""
    mailed = Message.objects.filter(kind=MESSAGE_KIND, subject_id=OuterRef("pk"))
    events = AlertEvent.objects.filter(
        kind__in=TELLING,
        happened_at__gt=at - WINDOW,
        happened_at__lte=at,
        alert__state=Alert.State.OPEN,
        alert__silenced_until=None,
    ).exclude(Exists(mailed))
    found = {event.alert for event in events.select_related("alert__patient", "alert__clinic").order_by("alert")}
    return sorted(alert.pk for alert in found if is_paged(alert) and not _was_held_back(alert))


def _was_held_back(alert: Alert) -> bool:
    """Whether a silence or too many openings kept a message from being made; never for a red flag."""
    reasons = (AlertEvent.Kind.SILENCED, AlertEvent.Kind.FLAPPING)
    matter = Alert.objects.of_matter(alert)
    return not alert.is_red_flag and AlertEvent.objects.filter(alert__in=matter, kind__in=reasons).exists()


def _undelivered() -> list[int]:
    """Open red flags whose latest report has a failed mail and no accepted one."""
    news = AlertEvent.objects.filter(alert=OuterRef("pk"), kind__in=REPORTS).order_by("-pk")
    about_it = Message.objects.filter(
        kind=MESSAGE_KIND, group_key=OuterRef("group_key"), created_at__gte=OuterRef("news_at")
    )
    red_flags = Alert.objects.all_clinics().unresolved().red_flags().filter(state=Alert.State.OPEN)
    found = red_flags.annotate(
        group_key=Concat(Value("alert:"), Cast("pk", CharField())),
        news_at=Subquery(news.values("happened_at")[:1]),
    ).filter(
        Exists(about_it.filter(state=Message.State.FAILED)), ~Exists(about_it.filter(state=Message.State.SENT))
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def _unnoted_failures(at: datetime) -> list[Message]:
    """Failed mails that the alert's history does not contain, so that the next person was not alerted."""
    failed = Message.objects.filter(state=Message.State.FAILED, settled_at__gt=at - WINDOW)
    # A kind that was removed by an upgrade has no owner to inform: the group key says what it was about.
    about_alerts = failed.filter(group_key__startswith="alert:", channel=Message.Channel.EMAIL)
    found = list(about_alerts.order_by("pk"))
    if not found:
        return []
    uuids = [str(message.uuid) for message in found]
    noted = AlertEvent.objects.filter(kind=AlertEvent.Kind.UNDELIVERABLE, detail__message__in=uuids)
    known = set(noted.filter(happened_at__gt=at - 2 * WINDOW).values_list("detail__message", flat=True))
    return [message for message in found if str(message.uuid) not in known]


@transaction.atomic
def rearm(alert_id: int, *, at: datetime) -> None:
    """Restart an alert's steps with today's staff: what blocked it may have gone with the old ones."""
    alert = (
        Alert.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient", "course")
        .get(pk=alert_id)
    )
    if alert.is_resolved:
        return
    event = write_event(alert, AlertEvent.Kind.REARMED, at=at, new_state=Alert.State.OPEN)
    alert.chain = snapshot_chain(alert.clinic, course=alert.course, rule=Alert.Rule(alert.rule), on_duty_at=at)
    alert.chain_position = 0
    alert.acknowledged_at = alert.acknowledged_by = None
    start_steps(alert, event, at=at)
    alert.save()


@transaction.atomic
def tell_again(alert_id: int, *, at: datetime) -> None:
    """Make the missing messages for an event of an alert."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=alert_id)
    mailed = Message.objects.filter(kind=MESSAGE_KIND, subject_id=OuterRef("pk"))
    events = alert.events.filter(kind__in=TELLING, happened_at__gt=at - WINDOW).exclude(Exists(mailed))
    for event in events.order_by("pk"):
        tell(alert, event, at=at, due_at=at)
