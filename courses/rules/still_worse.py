"""Still worse three days after a session."""

from __future__ import annotations

from courses.rules.facts import Finding, PainFacts, Severity

RULE = "still_worse"
VERSION = 1
TIMING = "day3"
RISE = 2
EXCESS = 3.0
RISE_WITHOUT_CURVE = 4


def find_still_worse(facts: PainFacts) -> Finding | None:
    """Amber when above both the before-score and the curve; see `is_on_watch` for the milder case."""
    rise, expected = facts.rise_in_session, facts.observed.expected
    if facts.observed.timing != TIMING or rise is None:
        return None
    if expected is None:
        is_worse = rise >= RISE_WITHOUT_CURVE
    else:
        is_worse = rise >= RISE and facts.observed.score >= expected.mean + EXCESS
    return Finding(RULE, VERSION, Severity.AMBER, facts.evidence()) if is_worse else None


def is_on_watch(facts: PainFacts) -> bool:
    """Worth the practitioner's eye at the next visit, no mail."""
    rise = facts.rise_in_session
    return facts.observed.timing == TIMING and rise is not None and rise >= RISE
