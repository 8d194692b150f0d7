"""Off track at a review point. Source: alerts document, section 1, after clinical facts section 9.

Because some respond late, both a small chance and a small gain are needed, and not before session 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.facts import Finding, Severity

RULE = "off_course"
VERSION = 1


@dataclass(frozen=True)
class ReviewFacts:
    """A course at a review point; chances and gain are fractions, None if the curve has no answer."""

    session_number: int
    relief30: float | None
    gain: float | None
    prior_version: str = ""
    n_scores: int = 0


def find_off_course(facts: ReviewFacts, *, bounds: RuleBounds = SHIPPED_BOUNDS) -> Finding | None:
    """Off track: a small chance of 30 % relief at the planned end and a small gain so far."""
    if facts.relief30 is None or facts.gain is None:
        return None
    if facts.relief30 >= bounds.relief_chance or facts.gain >= bounds.least_gain:
        return None
    evidence: dict[str, float | int | str | None] = {
        "session": facts.session_number,
        "relief30": round(facts.relief30, 3),
        "gain": round(facts.gain, 3),
        "prior": facts.prior_version,
        "n_scores": facts.n_scores,
        "bounds": bounds.version,
    }
    return Finding(RULE, VERSION, Severity.REVIEW, evidence)
