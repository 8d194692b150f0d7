"""Figures of the alerts, without test patients, read from rows at each scrape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric

from courses.models import Alert, AlertEvent, Reach
from courses.rules.facts import Severity
from patients.counting import counted

# A histogram covers the alerts of this period, so that its cost does not grow with the years.
WINDOW = timedelta(days=30)
BUCKETS = (1, 5, 10, 30, 60, 120, 300, 900, 3600, 4 * 3600, 24 * 3600, 3 * 24 * 3600)


def alert_metrics(*, at: datetime) -> Iterator[Metric]:
    """Unresolved alerts by state and severity with their age; the time until somebody was reached and answered."""
    yield from _unresolved(at)
    yield _reached_times(at)
    yield _unreached(at)
    yield _answer_times(at)


def _unresolved(at: datetime) -> Iterator[Metric]:
    labels = ["state", "severity"]
    number = GaugeMetricFamily("healing_curve_alerts", "Unresolved alerts.", labels=labels)
    age = GaugeMetricFamily(
        "healing_curve_alerts_oldest_age_seconds", "Age of the oldest unresolved alert.", labels=labels
    )
    rows = counted(Alert.objects.all_clinics()).unresolved().order_by().values_list("state", "severity")
    for state, severity, n, oldest in rows.annotate(n=Count("pk"), oldest=Min("raised_at")):
        number.add_metric([state, severity], n)
        age.add_metric([state, severity], max((at - oldest).total_seconds(), 0.0))
    yield number
    yield age


def _reached_times(at: datetime) -> Metric:
    took: dict[str, list[float]] = defaultdict(list)
    rows = (
        counted(Reach.objects.all_clinics())
        .filter(reported_at__gt=at - WINDOW)
        .exclude(reached_at=None)
        .order_by()
    )
    for severity, reported_at, reached_at in rows.values_list("severity", "reported_at", "reached_at").iterator():
        if reached_at is not None:
            took[severity].append(max((reached_at - reported_at).total_seconds(), 0.0))
    return _histogram(
        "healing_curve_reached_seconds",
        "From a report to the first message that was accepted, of the last 30 days' reports.",
        took,
    )


def _unreached(at: datetime) -> Metric:
    family = GaugeMetricFamily(
        "healing_curve_unreached", "Reports of which nobody was told in time.", labels=["severity"]
    )
    rows = counted(Reach.objects.all_clinics()).late_by(at).order_by().values_list("severity")
    found = dict(rows.annotate(n=Count("pk")))
    for severity in Severity:
        family.add_metric([severity], found.get(severity, 0))
    return family


def _answer_times(at: datetime) -> Metric:
    acknowledged: dict[str, list[float]] = defaultdict(list)
    rows = counted(Alert.objects.all_clinics()).filter(raised_at__gt=at - WINDOW).order_by()
    answered_at = Min("events__happened_at", filter=Q(events__kind=AlertEvent.Kind.ACKNOWLEDGED))
    answers = rows.values_list("severity", "raised_at").annotate(answered_at=answered_at, of=Min("pk"))
    for severity, raised_at, first_answer_at, _pk in answers.iterator():
        if first_answer_at:
            acknowledged[severity].append((first_answer_at - raised_at).total_seconds())
    return _histogram(
        "healing_curve_alert_acknowledgement_seconds",
        "From raising an alert to its first acknowledgement, of alerts raised in the last 30 days.",
        acknowledged,
    )


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
