"""The history of an alert: every change is an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.alerts.reached.clock import stop_clocks
from courses.models import Alert, AlertEvent, RedFlagReport

MOVES = {
    Alert.State.OPEN: {Alert.State.OPEN, Alert.State.ACKNOWLEDGED, Alert.State.SNOOZED, Alert.State.RESOLVED},
    Alert.State.ACKNOWLEDGED: {Alert.State.OPEN, Alert.State.ACKNOWLEDGED, Alert.State.RESOLVED},
    Alert.State.SNOOZED: {
        Alert.State.OPEN,
        Alert.State.ACKNOWLEDGED,
        Alert.State.RESOLVED,
        Alert.State.SNOOZED,
    },
    Alert.State.RESOLVED: {Alert.State.RESOLVED},
}

# Actions of a person who therefore knows of the report, though the alert stays open.
STOPPING = (AlertEvent.Kind.SILENCED, AlertEvent.Kind.LEVEL_LOWERED)


class IllegalMove(ValidationError):
    """The action is not possible in the alert's current state."""


def write_event(
    alert: Alert,
    kind: AlertEvent.Kind,
    *,
    at: datetime,
    by: Membership | None = None,
    new_state: Alert.State | None = None,
    report: RedFlagReport | None = None,
    **detail: Any,
) -> AlertEvent:
    """Add an event and, with `new_state`, change the alert's state (not saved); IllegalMove if not allowed."""
    old = Alert.State(alert.state)
    new = new_state or old
    if new not in MOVES[old]:
        raise IllegalMove(_("This alert is already %(state)s.") % {"state": old.label})
    alert.state = new
    if old == Alert.State.OPEN and (new != old or kind in STOPPING):
        stop_clocks(alert, at=at)
    return AlertEvent.objects.create(
        clinic=alert.clinic,
        alert=alert,
        kind=kind,
        happened_at=at,
        by=by,
        old_state=old,
        new_state=new,
        report=report,
        detail=detail,
    )
