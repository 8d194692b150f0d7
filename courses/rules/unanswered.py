"""A check-in after a worrying score that nobody answers. Source: alerts document, section 1, after clinical facts
section 9: a missed check-in after an amber score is a call.
"""

from __future__ import annotations

from datetime import datetime

from courses.rules.facts import Finding, Severity, most_severe

RULE = "unanswered"
VERSION = 1
WORRYING = (Severity.RED, Severity.AMBER)


def find_unanswered(
    *, session: int, found: list[Severity], asked_at: datetime, call_at: datetime, at: datetime
) -> Finding | None:
    """A call, once the next working day has begun, if that session's scores were amber or red."""
    worrying = [severity for severity in found if severity in WORRYING]
    if not worrying or at < call_at:
        return None
    evidence: dict[str, float | int | str | None] = {
        "session": session,
        "worst": str(most_severe(worrying)),
        "asked": asked_at.date().isoformat(),
    }
    return Finding(RULE, VERSION, Severity.C, evidence)
