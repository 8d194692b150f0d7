"""Patients so near the top of the scale that no bound can be exceeded. Source: clinical facts, section 9."""

from __future__ import annotations

from courses.rules.bounds import RuleBounds
from courses.rules.facts import Finding, PainFacts, Severity

RULE = "ceiling"
VERSION = 2
TOP = 10
# So many consecutive scores of 10: none can be higher, whatever the curve expects.
N_AT_TOP = 3


def is_near_the_top(mean: float, *, bounds: RuleBounds) -> bool:
    """Whether a score with this expected mean cannot show worsening, so that the severe-pain question is asked."""
    return mean > bounds.ceiling_mean


def is_at_ceiling(facts: PainFacts) -> bool:
    """Scores cannot show worsening for this patient."""
    expected = facts.observed.expected
    return expected is not None and is_near_the_top(expected.mean, bounds=facts.bounds)


def find_ceiling(facts: PainFacts) -> Finding | None:
    """Amber at the first 10, or at two consecutive scores no lower than the start after session 3, if so much is
    expected; at the third consecutive 10 in any case.
    """
    if facts.start is None:
        return None
    is_first_ten = facts.observed.score == TOP and all(earlier.score < TOP for earlier in facts.earlier)
    is_found = is_at_ceiling(facts) and (is_first_ten or _is_stuck_at_start(facts, facts.start))
    if not (is_found or _is_third_ten(facts)):
        return None
    return Finding(RULE, VERSION, Severity.AMBER, facts.evidence(start=facts.start))


def _is_stuck_at_start(facts: PainFacts, start: int) -> bool:
    number, last = facts.observed.session_number, facts.earlier[-1]
    after = facts.bounds.ceiling_after_session
    is_late = number is not None and last.session_number is not None and last.session_number > after
    return is_late and facts.observed.score >= start and last.score >= start


def _is_third_ten(facts: PainFacts) -> bool:
    """Only once in a row: the scores before and after it add nothing."""
    last = [*(earlier.score for earlier in facts.earlier), facts.observed.score][-N_AT_TOP - 1 :]
    return last[-N_AT_TOP:] == [TOP] * N_AT_TOP and last != [TOP] * (N_AT_TOP + 1)
