"""All pain rules together: one matter, its severity the highest found."""

from __future__ import annotations

from courses.rules.beyond_bounds import find_beyond_bounds
from courses.rules.ceiling import find_ceiling
from courses.rules.drift import find_drift
from courses.rules.facts import Finding, PainFacts
from courses.rules.plain_rise import find_plain_rise
from courses.rules.still_worse import find_still_worse

MODEL_RULES = (find_beyond_bounds, find_still_worse, find_drift, find_ceiling)


def find_model_pain(facts: PainFacts) -> list[Finding]:
    """Every pain finding that rests on the curve."""
    found = [rule(facts) for rule in MODEL_RULES]
    return [finding for finding in found if finding is not None]


def find_model_free_pain(facts: PainFacts) -> list[Finding]:
    """Every pain finding that holds whatever the curve does."""
    finding = find_plain_rise(facts)
    return [finding] if finding else []
