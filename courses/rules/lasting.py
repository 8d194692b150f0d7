"""Pain that has been higher for some sessions: the last scores of a timing together, judged by those before.

A single score beside its own prediction shows a jump once; the curve absorbs a lasting change. Source: alerts
document, section 1 (Page 1954; Willsky and Jones 1976); needs clinical sign-off.
"""

from __future__ import annotations

from courses.rules.facts import Finding, Memory, PainFacts, Severity
from courses.rules.odds import kept_odds

RULE = "lasting"
VERSION = 2
# The level reached is the mean of so many scores, including this one.
N_REACHED = 2
HIGH_LEVEL = 7.0
RISE_OVER_START = 3.0
# The least mean excess of the scores since the start over their expectation; less is not worth reporting.
LEAST_ABOVE = 0.5


def find_lasting(facts: PainFacts) -> Finding | None:
    """Amber above the threshold; red if the level reached is high, or far above the start."""
    expected, score = facts.observed.expected, facts.observed.score
    memory = expected.memory if expected else None
    if memory is None:
        return None
    at = _speaking(memory, score, threshold=facts.thresholds.memory)
    if at is None:
        return None
    level = level_reached(facts)
    is_red = level >= HIGH_LEVEL or (facts.start is not None and level >= facts.start + RISE_OVER_START)
    back = min(memory.back[at], len(facts.earlier))
    above = memory.above[at] + (score - at) / (memory.back[at] + 1)
    evidence = facts.evidence(
        since_session=facts.earlier[-back].session_number if back else None,
        n_since=back + 1,
        above=round(above, 1),
        level=round(level, 1),
        lasting=round(memory.ratio[score], 1),
        lasting_one_in=kept_odds(memory.one_in[score]),
        lasting_threshold=round(facts.thresholds.memory, 1),
        threshold_version=facts.thresholds.version,
    )
    return Finding(RULE, VERSION, Severity.RED if is_red else Severity.AMBER, evidence)


def _speaking(memory: Memory, score: int, *, threshold: float) -> int | None:
    """The highest score up to this one that shows a shift with scores really above their expectation.

    The likeliest shift may be one that the scores since hardly show; that one is no worsening. The search goes
    down from the score, so that a higher score never removes a finding.
    """
    found = (k for k in range(score, -1, -1) if memory.ratio[k] > threshold and memory.above[k] >= LEAST_ABOVE)
    return next(found, None)


def level_reached(facts: PainFacts) -> float:
    """The mean of the last scores: always the same number, so that a higher newest one never lowers it."""
    last = [*(one.score for one in facts.earlier), facts.observed.score][-N_REACHED:]
    return sum(last) / len(last)
