"""An alert that opens again and again: reported once, not each time. Never a red flag."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from courses.alerts.history import write_event
from courses.models import Alert, AlertEvent

WINDOW = timedelta(days=14)
# The fourth opening within the window is one too many [needs clinical sign-off].
TOO_MANY = 4
RAISING_KINDS = (AlertEvent.Kind.RAISED, AlertEvent.Kind.REOPENED)


def what_to_tell(alert: Alert, event: AlertEvent, *, at: datetime) -> AlertEvent | None:
    """The event to report; None while people know that this alert keeps opening.

    Only the first message is left out: repeats and escalation continue as usual, and a worsening is always
    reported.
    """
    if alert.is_red_flag or event.kind not in RAISING_KINDS or _n_times_raised(alert, at=at) < TOO_MANY:
        return event
    if _events(alert, at=at).filter(kind=AlertEvent.Kind.FLAPPING).exists():
        return None
    return write_event(alert, AlertEvent.Kind.FLAPPING, at=at, n_openings=_n_times_raised(alert, at=at))


def _n_times_raised(alert: Alert, *, at: datetime) -> int:
    return int(_events(alert, at=at).filter(kind__in=RAISING_KINDS).count())


def _events(alert: Alert, *, at: datetime) -> QuerySet[AlertEvent]:
    return AlertEvent.objects.filter(
        alert__in=Alert.objects.of_matter(alert), happened_at__gt=at - WINDOW, happened_at__lte=at
    )
