"""What a change of a measure means, by its thresholds.

Noticed: the smallest change patients notice (MCID). Sure: more than the error of the measure (MDC). Each threshold
has its source in `courses/data/measure_thresholds.json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

VERSION = 1
# Below this, a share of the start has no meaning.
LEAST_START = 3.0


class Size(StrEnum):
    """How large a change is."""

    NONE = "none"
    SMALL = "small"
    NOTICED = "noticed"
    SURE = "sure"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Change:
    """From start to now: points gained (positive is better), the share of the start, and how much that is."""

    start: float
    now: float
    gain: float
    share: float | None
    size: Size

    @property
    def is_better(self) -> bool:
        """Whether it is an improvement."""
        return self.gain > 0


def change_of(
    start: float, now: float, *, noticed: float | None, sure: float | None, is_more_better: bool = False
) -> Change:
    """The change of a measure; the share is None if the start is below 3 or if higher is better."""
    gain = round(now - start if is_more_better else start - now, 6)
    share = None if is_more_better or start < LEAST_START else gain / start
    return Change(start, now, gain, share, _size(abs(gain), noticed=noticed, sure=sure))


def _size(points: float, *, noticed: float | None, sure: float | None) -> Size:
    if points == 0:
        return Size.NONE
    if noticed is None and sure is None:
        return Size.UNKNOWN
    # A change that could be error is never called sure, nor one that nobody notices.
    if sure is not None and points >= max(sure, noticed or 0.0):
        return Size.SURE
    if noticed is not None and points >= noticed:
        return Size.NOTICED
    return Size.SMALL
