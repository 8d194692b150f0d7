"""Needling without clearance, or against its limits: one rule for logged and corrected visits.

Source: clinical facts sections 1 (risk flags of points) and 6 (what a finding forbids). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from courses.rules.facts import Finding, Severity

RULE, VERSION = "needled_without_clearance", 1
# A needle at least this deep, or of unknown depth, counts as deep. A proposal that needs clinical sign-off.
DEEP_FROM_MM = 20
DEEP, ELECTRO, PRESS = "deep", "electro", "press_needle"
MODALITY_OF = {"electrical": ELECTRO, "press_needle": PRESS}


@dataclass(frozen=True)
class NeedleFact:
    """One needle: the point, what the list says of it, the depth, the stimulation."""

    name: str
    tags: tuple[str, ...] = ()
    depth_mm: int | None = None
    stimulation: str = ""

    @property
    def uses(self) -> frozenset[str]:
        """Everything about it that a limit can name."""
        is_deep = self.depth_mm is None or self.depth_mm >= DEEP_FROM_MM
        modality = MODALITY_OF.get(self.stimulation)
        return frozenset({*self.tags, *([DEEP] if is_deep else []), *([modality] if modality else [])})


@dataclass(frozen=True)
class VisitFacts:
    """What was done at a visit, and the clearance before that visit's own red flags."""

    number: int
    is_needled: bool
    is_cleared: bool
    reasons: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    needles: tuple[NeedleFact, ...] = ()


def forbidden(visit: VisitFacts) -> list[str]:
    """What was done against the limits, each with its point."""
    if not visit.is_needled:
        return []
    used = {use: needle.name for needle in visit.needles for use in needle.uses}
    return [f"{limit} ({used[limit]})" for limit in visit.limits if limit in used]


def find_breach(visit: VisitFacts) -> Finding | None:
    """The finding, if needles were used without or against the patient's clearance."""
    against = forbidden(visit)
    if not visit.is_needled or (visit.is_cleared and not against):
        return None
    because = ", ".join([*(() if visit.is_cleared else visit.reasons), *against])
    return Finding(RULE, VERSION, Severity.RED, {"session": visit.number, "because": because})
