"""Pain that has been higher for some sessions: the last scores of a timing together, judged on the history before.

A single score beside its own prediction sees a jump once; what lasts is absorbed by the curve. Source: alerts
document, section 1 (Page 1954; Willsky and Jones 1976); needs clinical sign-off.
"""

from __future__ import annotations

from courses.rules.facts import Finding, PainFacts, Severity

RULE = "lasting"
VERSION = 1
# The level reached is the mean of so many scores, this one the last of them.
N_REACHED = 2
HIGH_LEVEL = 7.0
RISE_OVER_START = 3.0


def find_lasting(facts: PainFacts) -> Finding | None:
    """Amber above the threshold; red where the level reached is high, or far above the start."""
    expected, score = facts.observed.expected, facts.observed.score
    memory = expected.memory if expected else None
    if memory is None or memory.ratio[score] <= facts.thresholds.memory:
        return None
    level = level_reached(facts)
    is_red = level >= HIGH_LEVEL or (facts.start is not None and level >= facts.start + RISE_OVER_START)
    back = min(memory.back[score], len(facts.earlier))
    evidence = facts.evidence(
        since_session=facts.earlier[-back].session_number if back else None,
        n_since=back + 1,
        above=round(memory.above[score], 1),
        level=round(level, 1),
        lasting=round(memory.ratio[score], 1),
        lasting_one_in=round(memory.one_in[score], 1),
        lasting_threshold=round(facts.thresholds.memory, 1),
        threshold_version=facts.thresholds.version,
    )
    return Finding(RULE, VERSION, Severity.RED if is_red else Severity.AMBER, evidence)


def level_reached(facts: PainFacts) -> float:
    """The mean of the last scores: of always as many, so that a higher newest one never lowers it."""
    last = [*(one.score for one in facts.earlier), facts.observed.score][-N_REACHED:]
    return sum(last) / len(last)
