"""A plain rise, which needs no model. Thresholds: alerts document section 1, after clinical facts section 9."""

from __future__ import annotations

from collections.abc import Iterator

from courses.rules.facts import Finding, PainFacts, Severity

RULE = "plain_rise"
VERSION = 1
TOP = 10


def find_plain_rise(facts: PainFacts) -> Finding | None:
    """Red from a score of 8, otherwise amber, with what rose."""
    reasons = list(plain_reasons(facts, can_tell=facts.observed.expected is not None))
    if not reasons:
        return None
    severity = Severity.RED if facts.observed.score >= facts.bounds.high_score else Severity.AMBER
    return Finding(RULE, VERSION, severity, facts.evidence(because=", ".join(reasons)))


def plain_reasons(facts: PainFacts, *, can_tell: bool) -> Iterator[str]:
    """What rose, with and without an answer of the curve."""
    score, in_session, over_last = facts.observed.score, facts.rise_in_session, facts.rise_over_last
    bounds = facts.bounds
    if in_session is not None and in_session >= bounds.rise_always:
        yield "rise_in_session"
    if score == TOP and facts.earlier and not _has_been_at_top(facts):
        yield "first_ten"
    if can_tell:
        return
    if in_session is not None and bounds.rise_while_unsure <= in_session < bounds.rise_always:
        yield "rise_in_session"
    if score >= bounds.high_score and over_last is not None and over_last >= bounds.rise_with_high_score:
        yield "high_and_rising"


def _has_been_at_top(facts: PainFacts) -> bool:
    return any(earlier.score == TOP for earlier in facts.earlier)
