"""What to heed at a point with this patient. Pure.

Source: clinical facts sections 1 (risk flags of points) and 6 (what a finding forbids or asks care for). Only what
a screening question forbids is forbidden; everything else is said and left to the practitioner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# Where bleeding cannot be pressed on, what thins the blood asks for care (haematoma reports, section 2).
BLEEDS_DEEP = frozenset({"spinal_canal", "brain_stem", "vertebral_artery", "great_vessels"})
BLEEDING_ITEMS = frozenset({"anticoagulant", "low_platelets", "clotting_disorder"})


class Heed(StrEnum):
    """How loud a note is."""

    FORBIDDEN = "forbidden"
    CAUTION = "caution"
    ADVICE = "advice"


@dataclass(frozen=True)
class ScreenedItem:
    """One yes of the screening: its words, what it concerns, whether it forbids."""

    code: str
    wording: str
    tags: tuple[str, ...] = ()
    is_limit: bool = False


@dataclass(frozen=True)
class PointRisk:
    """A point's risk as the catalogue has it."""

    tags: tuple[str, ...] = ()
    is_restricted: bool = False
    advice: str = ""


@dataclass(frozen=True)
class PointNote:
    """What is said beside a point; no reasons and no advice: nothing."""

    heed: Heed = Heed.ADVICE
    reasons: tuple[str, ...] = ()
    advice: str = ""


def point_note(point: PointRisk, screened: Iterable[ScreenedItem]) -> PointNote:
    """What this patient's screening says of a point, the gravest first."""
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
