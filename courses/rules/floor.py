"""A rise that is always reported, however wide the curve's range.

Source: alerts document, section 1; needs clinical sign-off.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from courses.rules.facts import Finding, PainFacts, Severity

RULE = "floor"
VERSION = 2
# After so many consecutive scores near zero, no pain is the patient's usual state.
N_NEAR_ZERO = 2
# So many consecutive rises are not chance: 0 to 0.06 in 100 scores.
N_RISING = 5


def find_floor(facts: PainFacts) -> Finding | None:
    """Amber for a score far above every earlier one, for the fifth rise, or a high one after none; red if high."""
    reasons = list(_reasons(facts))
    if not reasons:
        return None
    severity = Severity.RED if facts.observed.score >= facts.bounds.high_score else Severity.AMBER
    highest = max(earlier.score for earlier in facts.earlier)
    return Finding(RULE, VERSION, severity, facts.evidence(because=", ".join(reasons), highest=highest))


def _reasons(facts: PainFacts) -> Iterator[str]:
    score, earlier, bounds = facts.observed.score, [one.score for one in facts.earlier], facts.bounds
    if earlier and score >= max(earlier) + bounds.floor_rise:
        yield "above_every"
    run = [*earlier, score][-N_RISING:]
    if len(run) == N_RISING and all(before < after for before, after in pairwise(run)):
        yield "rising"
    last = earlier[-N_NEAR_ZERO:]
    if len(last) == N_NEAR_ZERO and max(last) <= bounds.near_zero and score >= bounds.high_after_near_zero:
        yield "after_near_zero"
