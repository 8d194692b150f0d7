"""After a restore: reminders that were due get rows, so that none is made and sent later."""

from __future__ import annotations

from datetime import datetime

from courses.reminders.planning import plan_reminders


def plan_what_is_due(*, taken_at: datetime, at: datetime) -> str:
    """Run before messages are settled: what is planned here and due is settled with the rest."""
    return f"Reminders planned since the backup of {taken_at:%d %b %Y %H:%M} UTC: {plan_reminders(at=at)}."
