"""A score far above what the curve expected.

The likelihood ratio of "3 higher than expected" is the most powerful alarm at a given rate of false
ones (Neyman and Pearson 1933); its running maximum makes sure that a higher score never looks better.
Bounds: alerts document, section 1.
"""

from __future__ import annotations

from courses.rules.facts import Finding, PainFacts, Severity

RULE = "beyond_bounds"
VERSION = 2


def find_beyond_bounds(facts: PainFacts) -> Finding | None:
    """Amber above the threshold, red above that of a quarter of the budget with a rise of 3; nothing where it does
    not stand out from the patient's own scores.
    """
    expected, score = facts.observed.expected, facts.observed.score
    if expected is None or score < facts.usual(expected) + facts.bounds.excess:
        return None
    ratio = expected.lr_star[score]
    if ratio <= facts.thresholds.lr:
        return None
    rises = [rise for rise in (facts.rise_in_session, facts.rise_over_last) if rise is not None]
    is_red = ratio > facts.thresholds.lr_of_quarter_budget and max(rises, default=0) >= facts.bounds.red_rise
    evidence = facts.evidence(threshold=round(facts.thresholds.lr, 3), threshold_version=facts.thresholds.version)
    return Finding(RULE, VERSION, Severity.RED if is_red else Severity.AMBER, evidence)
