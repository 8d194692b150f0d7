"""Still worse three days after a session. Source: alerts document, section 1, after clinical facts section 9."""

from __future__ import annotations

from courses.rules.facts import Finding, PainFacts, Severity

RULE = "still_worse"
VERSION = 1
TIMING = "day3"


def find_still_worse(facts: PainFacts) -> Finding | None:
    """Amber if above both the before-score and the curve; see `is_on_watch` for the milder case."""
    rise, expected = facts.rise_in_session, facts.observed.expected
    if facts.observed.timing != TIMING or rise is None:
        return None
    if expected is None:
        is_worse = rise >= facts.bounds.still_worse_without_curve
    else:
        is_far = facts.observed.score >= expected.mean + facts.bounds.still_worse_excess
        is_worse = rise >= facts.bounds.still_worse_rise and is_far
    return Finding(RULE, VERSION, Severity.AMBER, facts.evidence()) if is_worse else None


def is_on_watch(facts: PainFacts) -> bool:
    """Worth checking at the next visit, without mail."""
    rise = facts.rise_in_session
    return facts.observed.timing == TIMING and rise is not None and rise >= facts.bounds.still_worse_rise
