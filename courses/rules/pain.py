"""All pain rules together: one matter with the highest severity found."""

from __future__ import annotations

from courses.rules.beyond_bounds import find_beyond_bounds
from courses.rules.ceiling import find_ceiling
from courses.rules.facts import Finding, PainFacts
from courses.rules.floor import find_floor
from courses.rules.lasting import find_lasting
from courses.rules.plain_rise import find_plain_rise
from courses.rules.still_worse import find_still_worse

# Rules that work without the curve, and rules that use it.
MODEL_FREE_RULES = (find_plain_rise, find_floor)
MODEL_RULES = (find_beyond_bounds, find_still_worse, find_lasting, find_ceiling)
# Rules whose thresholds are fitted to the budget; the alarms of all others count beside them.
CALIBRATED_RULES = (find_beyond_bounds, find_lasting)
FIXED_RULES = tuple(rule for rule in (*MODEL_FREE_RULES, *MODEL_RULES) if rule not in CALIBRATED_RULES)
# The rules by the name in their findings, in the order in which they are listed.
RULE_NAMES = tuple(rule.__name__.removeprefix("find_") for rule in (*CALIBRATED_RULES, *FIXED_RULES))


def find_model_pain(facts: PainFacts) -> list[Finding]:
    """All pain findings from the curve."""
    return [finding for rule in MODEL_RULES if (finding := rule(facts))]


def find_model_free_pain(facts: PainFacts) -> list[Finding]:
    """All pain findings without the curve."""
    return [finding for rule in MODEL_FREE_RULES if (finding := rule(facts))]
