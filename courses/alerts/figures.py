"""Figures of the alerts, read from rows at each scrape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric

from courses.models import Alert, AlertEvent

# A histogram speaks of the alerts of this time: its cost does not grow with the years.
WINDOW = timedelta(days=30)
BUCKETS = (1, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 3 * 24 * 3600)


def alert_metrics(*, at: datetime) -> Iterator[Metric]:
    """Unresolved alerts by state and severity with their age; how long first mail and first answer took."""
    yield from _unresolved(at)
    yield from _answer_times(at)


def _unresolved(at: datetime) -> Iterator[Metric]:
    labels = ["state", "severity"]
    number = GaugeMetricFamily("healing_curve_alerts", "Unresolved alerts.", labels=labels)
    age = GaugeMetricFamily(
        "healing_curve_alerts_oldest_age_seconds", "Age of the oldest unresolved alert.", labels=labels
    )
    rows = Alert.objects.all_clinics().unresolved().order_by().values_list("state", "severity")
    for state, severity, n, oldest in rows.annotate(n=Count("pk"), oldest=Min("raised_at")):
        number.add_metric([state, severity], n)
        age.add_metric([state, severity], max((at - oldest).total_seconds(), 0.0))
    yield number
    yield age


def _answer_times(at: datetime) -> Iterator[Metric]:
    delivered: dict[str, list[float]] = defaultdict(list)
    acknowledged: dict[str, list[float]] = defaultdict(list)
    rows = Alert.objects.all_clinics().filter(raised_at__gt=at - WINDOW).order_by()
    first_events = rows.values_list("severity", "raised_at").annotate(
        sent_at=_first(AlertEvent.Kind.SENT),
        acknowledged_at_first=_first(AlertEvent.Kind.ACKNOWLEDGED),
        of=Min("pk"),
    )
    for severity, raised_at, sent_at, answered_at, _pk in first_events.iterator():
        if sent_at:
            delivered[severity].append((sent_at - raised_at).total_seconds())
        if answered_at:
            acknowledged[severity].append((answered_at - raised_at).total_seconds())
    yield _histogram(
        "healing_curve_alert_first_delivery_seconds",
        "From raising an alert to the first accepted mail, of alerts raised in the last 30 days.",
        delivered,
    )
    yield _histogram(
        "healing_curve_alert_acknowledgement_seconds",
        "From raising an alert to its first acknowledgement, of alerts raised in the last 30 days.",
        acknowledged,
    )


def _first(kind: AlertEvent.Kind) -> Min:
    return Min("events__happened_at", filter=Q(events__kind=kind))


def _histogram(name: str, help_text: str, seconds: dict[str, list[float]]) -> Metric:
    family = HistogramMetricFamily(name, help_text, labels=["severity"])
    for severity, values in sorted(seconds.items()):
        family.add_metric([severity], list(_cumulated(values)), sum(values))
    return family


def _cumulated(values: Iterable[float]) -> Iterator[tuple[str, float]]:
    rest = sorted(values)
    for bound in BUCKETS:
        yield str(float(bound)), sum(value <= bound for value in rest)
    yield "+Inf", len(rest)
