"""Findings on a whole course: off track at a review, no session for too long, a check-in unanswered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from courses.rules.facts import Finding, Severity

VERSION = 1
LEAST_RELIEF_CHANCE = 0.20
LEAST_GAIN = 0.15
PATIENCE = 1.5


@dataclass(frozen=True)
class ReviewFacts:
    """A course at a review point; chances and gain are fractions, None where the curve cannot tell."""

    session_number: int
    relief30: float | None
    gain: float | None
    prior_version: str = ""
    n_scores: int = 0


def find_off_course(facts: ReviewFacts) -> Finding | None:
    """Off track: little chance of 30 % relief at the planned end and little gain so far.

    Thresholds: alerts document section 1; late responders are why both are asked for and not before session 4.
    """
    if facts.relief30 is None or facts.gain is None:
        return None
    if facts.relief30 >= LEAST_RELIEF_CHANCE or facts.gain >= LEAST_GAIN:
        return None
    evidence: dict[str, float | int | str | None] = {
        "session": facts.session_number,
        "relief30": round(facts.relief30, 3),
        "gain": round(facts.gain, 3),
        "prior": facts.prior_version,
        "n_scores": facts.n_scores,
    }
    return Finding("off_course", VERSION, Severity.REVIEW, evidence)


def find_lapsed(*, last_session_at: datetime, planned_interval: timedelta, at: datetime) -> Finding | None:
    """No session for one and a half times the planned interval."""
    if at - last_session_at <= planned_interval * PATIENCE:
        return None
    return Finding("lapsed", VERSION, Severity.REVIEW, {"days": (at - last_session_at).days})
