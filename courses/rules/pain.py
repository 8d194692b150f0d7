"""All pain rules together: one matter with the highest severity found.

This is the list of pain rules: judging, correcting, the fixed rules' share of the budget, both dry runs and the
figures read it. A rule that is written in this folder and missing here fails a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from courses.rules.beyond_bounds import find_beyond_bounds
from courses.rules.ceiling import find_ceiling
from courses.rules.facts import Finding, PainFacts
from courses.rules.floor import find_floor
from courses.rules.lasting import find_lasting
from courses.rules.plain_rise import find_plain_rise
from courses.rules.still_worse import find_still_worse


@dataclass(frozen=True)
class PainRule:
    """One rule, by the name that its findings carry."""

    name: str
    find: Callable[[PainFacts], Finding | None]
    # What the alert budget fits for it, as `curve.Sessions.alarms` calls it; the alarms of all others are counted
    # beside it.
    fitted: str = ""


# In the order in which an alert lists what they found.
PAIN_RULES = (
    PainRule("plain_rise", find_plain_rise),
    PainRule("floor", find_floor),
    PainRule("beyond_bounds", find_beyond_bounds, fitted="threshold"),
    PainRule("still_worse", find_still_worse),
    PainRule("lasting", find_lasting, fitted="memory"),
    PainRule("ceiling", find_ceiling),
)
# In the order in which figures list them: those fitted to the budget first.
RULE_NAMES = tuple(rule.name for rule in sorted(PAIN_RULES, key=lambda rule: not rule.fitted))


def find_pain(facts: PainFacts) -> tuple[Finding, ...]:
    """What every pain rule finds in a score."""
    return tuple(finding for rule in PAIN_RULES if (finding := rule.find(facts)))


def find_fixed_pain(facts: PainFacts) -> tuple[Finding, ...]:
    """What the rules find whose thresholds nobody fits: they hold whatever becomes of the curve."""
    return tuple(finding for rule in PAIN_RULES if not rule.fitted and (finding := rule.find(facts)))
