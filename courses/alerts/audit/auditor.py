"""The auditor: looks every few minutes whether every alert is on its way, and says so where one is not.

It trusts the rows, not the processes. What it finds is armed once more, and is a fault in /healthz
until it is repaired.
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

# A sweep comes every ten seconds: a step that is late by this much will not come by itself.
GRACE = timedelta(minutes=5)
# What is older was looked at many times.
WINDOW = timedelta(days=1)
CLOCKS = ("next_step_at", "repeat_at", "escalate_at", "lapses_at", "silenced_until")
REPORTS = (AlertEvent.Kind.RAISED, AlertEvent.Kind.REPORTED_AGAIN, AlertEvent.Kind.SEVERITY_RAISED)
TELLING = (*REPORTS, AlertEvent.Kind.ESCALATED, AlertEvent.Kind.REPEATED, AlertEvent.Kind.LAPSED)


def audit_alerts(*, at: datetime) -> int:
    """Look at everything unresolved; returns how many faults are open now. Safe many times at once.

    Of whom nobody was told is counted by its own clock, not here: see `reached`.
    """
    rewind(at=at)
    # After a stop everything is late: what a sweep mends is no fault.
    sweep(at=at)
    note_failures(at=at)
    _audit(Fault.Kind.STUCK, _stuck(at), rearm, at=at)
    # Made once and never twice, whoever asks: as soon as somebody can be told, they are.
    _audit(Fault.Kind.UNTOLD, _unreached(at), tell_again, at=at, is_mended_each_time=True)
    _audit(Fault.Kind.UNDELIVERED, _undelivered(), None, at=at)
    note_unreached(at=at)
    Heartbeat.beat(AUDITOR, at=at)
    return Fault.objects.open().exclude(kind=Fault.Kind.UNREACHED).count()


def note_failures(*, at: datetime) -> int:
    """Failed mails that their owner did not hear of, because it failed or is gone: the next person is told."""
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
    """Note what is wrong, repair it once, and note what is right again."""
    subjects = {f"alert:{pk}": pk for pk in alerts}
    new = [pk for subject, pk in subjects.items() if Fault.find(kind, subject, at=at)]
    Fault.objects.open().filter(kind=kind).exclude(subject__in=subjects).update(gone_at=at)
    if mend is not None:
        each(list(subjects.values()) if is_mended_each_time else new, partial(mend, at=at))


def _stuck(at: datetime) -> list[int]:
    """Unresolved alerts one of whose times passed without its step; failures put off `next_step_at` alone."""
    late = Q(*((f"{clock}__lte", at - GRACE) for clock in CLOCKS), _connector=Q.OR)
    return list(Alert.objects.all_clinics().unresolved().filter(late).order_by("pk").values_list("pk", flat=True))


def _unreached(at: datetime) -> list[int]:
    """Open alerts with something to tell for which no message was ever made."""
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
    """Whether a silence or too many openings kept a message from being made; never so for a red flag."""
    reasons = (AlertEvent.Kind.SILENCED, AlertEvent.Kind.FLAPPING)
    matter = Alert.objects.of_matter(alert)
    return not alert.is_red_flag and AlertEvent.objects.filter(alert__in=matter, kind__in=reasons).exists()


def _undelivered() -> list[int]:
    """Open red flags of whose last news no mail was accepted, and one was given up."""
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
    """Failed mails of which the alert's history knows nothing, so that the next person was not told."""
    failed = Message.objects.filter(state=Message.State.FAILED, settled_at__gt=at - WINDOW)
    # A kind that vanished with an upgrade has no owner that could be told: the group says what it was about.
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
    """Start an alert's steps again, with today's people: what it was stuck on may be gone with the old ones."""
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
    """Make the messages that an event of an alert should have had."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=alert_id)
    mailed = Message.objects.filter(kind=MESSAGE_KIND, subject_id=OuterRef("pk"))
    events = alert.events.filter(kind__in=TELLING, happened_at__gt=at - WINDOW).exclude(Exists(mailed))
    for event in events.order_by("pk"):
        tell(alert, event, at=at, due_at=at)
