"""Figures of the outbox and the processes, read from rows at each scrape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily, Metric

from clinic.models import Fault, Heartbeat, Message

DAY = timedelta(days=1)


def outbox_metrics(*, at: datetime) -> Iterator[Metric]:
    """Lag and messages by state; heartbeats; faults. Every query uses an index without settled rows."""
    yield _signs(at)
    yield _messages(at)
    n_due = Message.objects.all_clinics().due_by(at).count()
    yield GaugeMetricFamily("healing_curve_outbox_due", "Messages that are due now.", n_due)
    waiting = Message.objects.all_clinics().waiting_by(at).aggregate(oldest=Min("waits_since"))
    yield GaugeMetricFamily(
        "healing_curve_outbox_oldest_due_seconds",
        "For how long the longest waiting message waits: from when it was first due, through every retry.",
        _age(waiting["oldest"], at),
    )
    lapsed = Message.objects.all_clinics().lapsed_by(at).count()
    yield GaugeMetricFamily("healing_curve_outbox_lapsed", "Messages whose sender did not come back.", lapsed)
    yield _faults(at)


def _signs(at: datetime) -> Metric:
    family = GaugeMetricFamily(
        "healing_curve_heartbeat_age_seconds", "Time since the last heartbeat of a process.", labels=["process"]
    )
    for name, beaten_at in Heartbeat.objects.order_by("name").values_list("name", "beaten_at"):
        family.add_metric([name], _age(beaten_at, at))
    return family


def _messages(at: datetime) -> Metric:
    family = GaugeMetricFamily(
        "healing_curve_messages",
        "Messages by state: pending and sending now, the others of the last 24 hours.",
        labels=["state", "kind"],
    )
    messages = Message.objects.all_clinics()
    # One query per state, because each unsettled state has its own index.
    waiting, leased = (messages.filter(state=state) for state in (Message.State.PENDING, Message.State.SENDING))
    for rows in (waiting, leased, messages.filter(settled_at__gt=at - DAY)):
        counted = rows.order_by().values_list("state", "kind").annotate(n=Count("pk"))
        for state, kind, n in counted:
            family.add_metric([state, kind], n)
    return family


def _faults(at: datetime) -> Metric:
    family = GaugeMetricFamily(
        "healing_curve_faults",
        "Faults that are open; of the curve and of clocks, those of 24 hours.",
        labels=["kind"],
    )
    rows = Fault.objects.open() | Fault.objects.filter(kind__in=Fault.NOTED, found_at__gt=at - DAY)
    found = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    for kind in Fault.Kind.values:
        family.add_metric([kind], found.get(kind, 0))
    return family


def _age(since: datetime | None, at: datetime) -> float:
    return max((at - since).total_seconds(), 0.0) if since else 0.0
