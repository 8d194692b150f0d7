"""What needs care at a point for this patient. Pure.

Source: clinical facts sections 1 (risk flags of points) and 6 (what a finding forbids or needs care for). A point
is refused only if a screening question forbids it; everything else is shown and left to the practitioner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# Where bleeding cannot be stopped by pressure, blood thinners need care (haematoma reports, section 2).
BLEEDS_DEEP = frozenset({"spinal_canal", "brain_stem", "vertebral_artery", "great_vessels"})
BLEEDING_ITEMS = frozenset({"anticoagulant", "low_platelets", "clotting_disorder"})


class Heed(StrEnum):
    """How serious a note is."""

    FORBIDDEN = "forbidden"
    CAUTION = "caution"
    ADVICE = "advice"


@dataclass(frozen=True)
class ScreenedItem:
    """One yes of the screening: its words, its concern, whether it forbids."""

    code: str
    wording: str
    tags: tuple[str, ...] = ()
    is_limit: bool = False


@dataclass(frozen=True)
class PointRisk:
    """A point's risk in the catalogue."""

    tags: tuple[str, ...] = ()
    is_restricted: bool = False
    advice: str = ""


@dataclass(frozen=True)
class PointNote:
    """The note beside a point; empty without reasons and advice."""

    heed: Heed = Heed.ADVICE
    reasons: tuple[str, ...] = ()
    advice: str = ""


def point_note(point: PointRisk, screened: Iterable[ScreenedItem]) -> PointNote:
    """What this patient's screening says about a point, the most serious first."""
    items = list(screened)
    forbidding = [one for one in items if one.is_limit and set(one.tags) & set(point.tags)]
    careful = [one for one in items if one not in forbidding and _asks_care(one, point)]
    reasons = tuple(dict.fromkeys(one.wording for one in [*forbidding, *careful]))
    if forbidding:
        return PointNote(Heed.FORBIDDEN, reasons, point.advice)
    is_loud = bool(careful) or point.is_restricted
    return PointNote(Heed.CAUTION if is_loud else Heed.ADVICE, reasons, point.advice)


def _asks_care(item: ScreenedItem, point: PointRisk) -> bool:
    if item.code in BLEEDING_ITEMS and BLEEDS_DEEP & set(point.tags):
        return True
    return bool(set(item.tags) & set(point.tags))
