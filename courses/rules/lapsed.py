"""No session for too long. Source: alerts document, section 1."""

from __future__ import annotations

from datetime import datetime, timedelta

from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.facts import Finding, Severity

RULE = "lapsed"
VERSION = 1


def find_lapsed(
    *, last_session_at: datetime, planned_interval: timedelta, at: datetime, bounds: RuleBounds = SHIPPED_BOUNDS
) -> Finding | None:
    """No session for one and a half times the planned interval."""
    if at - last_session_at <= planned_interval * bounds.patience:
        return None
    evidence: dict[str, float | int | str | None] = {"days": (at - last_session_at).days, "bounds": bounds.version}
    return Finding(RULE, VERSION, Severity.REVIEW, evidence)
