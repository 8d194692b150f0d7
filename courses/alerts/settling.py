"""Alerts that end without an answer: back in range, course closed, overtaken. Never a red flag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction

from clinic.worker.batch import each
from courses.alerts.history import IllegalMove
from courses.alerts.responding import last_news, locked, resolve
from courses.alerts.steps import is_paged, tell
from courses.models import Alert, AlertEvent, Course, PainScore
from courses.rules.hysteresis import FrozenBound, frozen_bounds, has_settled

log = structlog.stdlib.get_logger(__name__)
FINDINGS = (AlertEvent.Kind.RAISED, AlertEvent.Kind.FINDING_ADDED, AlertEvent.Kind.SEVERITY_RAISED)
OVER = (Course.Status.COMPLETED, Course.Status.STOPPED)
# Alerts that only a person may end, even after the course.
BY_PEOPLE = (Alert.Rule.RED_FLAG, Alert.Rule.UNCLEARED)


def settle_alerts(
    course: Course, alerts: Iterable[Alert], *, overtaken: Sequence[Alert.Rule] = (), at: datetime
) -> None:
    """Resolve those of a course's alerts that need nobody any more, as read under the patient's lock.

    That is the pain alert if two consecutive sessions were within its stored bounds (without bounds a person
    decides, because the curve was not available when it was raised), and alerts that the patient overtook by
    coming or writing. If anything fails here, the session is kept and the alert stays open.
    """
    for alert in alerts:
        if alert.is_resolved or alert.rule in BY_PEOPLE or alert.rule not in {Alert.Rule.PAIN, *overtaken}:
            continue
        try:
            with transaction.atomic():
                _settle(alert, at=at)
        except IllegalMove:
            # Somebody has answered it.
            continue
        except Exception as error:  # noqa: BLE001 - see above
            log.error("settling failed", course=course.pk, error=type(error).__name__)


def _settle(alert: Alert, *, at: datetime) -> None:
    if alert.rule != Alert.Rule.PAIN:
        _close(alert, Alert.Outcome.OVERTAKEN, at=at)
    elif _has_settled(alert):
        _close(alert, Alert.Outcome.SETTLED, at=at)


def sweep_closed_courses(*, at: datetime) -> int:
    """Close the remaining alerts of courses that have ended, whoever ended them; returns how many alerts."""
    left = Alert.objects.all_clinics().unresolved().exclude(rule__in=BY_PEOPLE)
    return each(list(left.filter(course__status__in=OVER).order_by("pk")), partial(_close_with_word, at=at))


def _close(alert: Alert, outcome: Alert.Outcome, *, at: datetime) -> Alert:
    return resolve(alert, outcome=outcome, note="", by=None, at=at, seen=last_news(alert))


@transaction.atomic
def _close_with_word(alert: Alert, *, at: datetime) -> bool:
    alert = locked(alert)
    if alert.is_resolved:
        return False
    is_known = alert.events.filter(kind=AlertEvent.Kind.SENT).exists()
    alert = _close(alert, Alert.Outcome.COURSE_CLOSED, at=at)
    if is_known and is_paged(alert):
        tell(alert, alert.events.filter(kind=AlertEvent.Kind.RESOLVED).latest("pk"), at=at, due_at=at)
    return True


def _has_settled(alert: Alert) -> bool:
    events = list(alert.events.filter(kind__in=FINDINGS).order_by("pk"))
    raising = events[0].detail.get("findings", [])
    later = [finding for event in events[1:] for finding in event.detail.get("findings", [])]
    bounds = frozen_bounds(raising, later)
    if not bounds:
        return False
    return has_settled(bounds, _runs(alert, bounds, since=events[-1].happened_at))


def _runs(alert: Alert, bounds: dict[str, FrozenBound], *, since: datetime) -> dict[str, list[tuple[int, int]]]:
    """By timing, the scores of the sessions since the last finding, oldest first."""
    scores = PainScore.objects.filter(course=alert.course, timing__in=bounds, session__held_at__gt=since)
    runs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for timing, number, score in scores.order_by("session__held_at", "pk").values_list(
        "timing", "session__number", "score"
    ):
        runs[timing].append((number, score))
    return runs
