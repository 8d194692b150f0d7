"""Two scores running beyond nine of ten of their own predictions. Source: alerts document, section 1."""

from __future__ import annotations

from courses.rules.facts import Finding, PainFacts, Severity

RULE = "drift"
VERSION = 1


def find_drift(facts: PainFacts) -> Finding | None:
    """Amber when this score and the last one of its timing were both beyond."""
    if not facts.earlier or not (facts.observed.is_beyond_point90 and facts.earlier[-1].is_beyond_point90):
        return None
    return Finding(RULE, VERSION, Severity.AMBER, facts.evidence(last=facts.earlier[-1].score))
