"""Which silence mutes an alert, and what that means for its clocks."""

from __future__ import annotations

from datetime import datetime

from courses.alerts.history import write_event
from courses.models import Alert, AlertEvent, Silence


def silence_of(alert: Alert, *, at: datetime) -> Silence | None:
    """The silence that mutes an alert for longest; never one for a red flag."""
    if alert.is_red_flag:
        return None
    muting = [one for one in Silence.objects.for_clinic(alert.clinic).in_force(at) if one.mutes(alert)]
    return max(muting, key=lambda one: one.ends_at, default=None)


def fall_silent(alert: Alert, silence: Silence, *, at: datetime) -> None:
    """Alert nobody until the silence ends (not saved)."""
    alert.repeat_at = alert.escalate_at = None
    alert.silenced_until = silence.ends_at
    write_event(
        alert,
        AlertEvent.Kind.SILENCED,
        at=at,
        silence=str(silence.uuid),
        until=silence.ends_at.isoformat(),
        note=silence.reason,
    )
