"""The bounds of the rules: what a clinic may set, within which limits, and the source of each.

Red flags are not here: no clinic's bounds can stop one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

SHIPPED = "shipped"
ALERTS = "a proposal of this software"
LADDER = "a proposal from limits of prediction and what patients notice"


@dataclass(frozen=True)
class RuleBounds:
    """One version of a clinic's bounds; the defaults are the shipped ones."""

    excess: float = 2.0
    red_rise: int = 3
    rise_always: int = 4
    rise_while_unsure: int = 3
    floor_rise: int = 4
    near_zero: int = 1
    high_after_near_zero: int = 5
    high_score: int = 8
    rise_with_high_score: int = 2
    still_worse_rise: int = 2
    still_worse_excess: float = 3.0
    still_worse_without_curve: int = 4
    ceiling_mean: float = 7.5
    ceiling_after_session: int = 3
    relief_chance: float = 0.20
    least_gain: float = 0.15
    patience: float = 1.5
    version: str = SHIPPED

    def numbers(self) -> dict[str, float | int]:
        """Only the bounds, as plain types."""
        return {name: value for name, value in asdict(self).items() if name != "version"}

    @classmethod
    def of(cls, numbers: Mapping[str, float | int], *, version: str) -> RuleBounds:
        """A stored version; values that are missing or no longer allowed are as shipped."""
        known = {one.name for one in fields(cls)} - {"version"}
        sound = {name: value for name, value in numbers.items() if name in known and LIMITS[name].holds(value)}
        return replace(SHIPPED_BOUNDS, **sound, version=version)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Limit:
    """The limits of a bound: its rule must never be switched off."""

    rule: str
    low: float
    high: float
    source: str
    is_whole: bool = True

    def holds(self, value: float | int) -> bool:
        """Whether a value is allowed."""
        return self.low <= value <= self.high and (not self.is_whole or value == int(value))


LIMITS: dict[str, Limit] = {
    "excess": Limit("beyond_bounds", 1.0, 4.0, ALERTS, is_whole=False),
    "red_rise": Limit("beyond_bounds", 1, 5, LADDER),
    "rise_always": Limit("plain_rise", 2, 6, ALERTS),
    "rise_while_unsure": Limit("plain_rise", 2, 5, ALERTS),
    "floor_rise": Limit("floor", 2, 6, ALERTS),
    "near_zero": Limit("floor", 0, 2, ALERTS),
    "high_after_near_zero": Limit("floor", 3, 7, ALERTS),
    "high_score": Limit("plain_rise", 6, 9, LADDER),
    "rise_with_high_score": Limit("plain_rise", 1, 3, LADDER),
    "still_worse_rise": Limit("still_worse", 1, 4, LADDER),
    "still_worse_excess": Limit("still_worse", 1.0, 5.0, ALERTS, is_whole=False),
    "still_worse_without_curve": Limit("still_worse", 2, 6, ALERTS),
    "ceiling_mean": Limit("ceiling", 6.0, 9.0, LADDER, is_whole=False),
    "ceiling_after_session": Limit("ceiling", 1, 6, ALERTS),
    "relief_chance": Limit("off_course", 0.05, 0.5, LADDER, is_whole=False),
    "least_gain": Limit("off_course", 0.05, 0.3, LADDER, is_whole=False),
    "patience": Limit("lapsed", 1.0, 4.0, ALERTS, is_whole=False),
}
SHIPPED_BOUNDS = RuleBounds()


def beyond_limits(numbers: Mapping[str, float | int]) -> list[str]:
    """The names of the values that are not allowed."""
    return [name for name, limit in LIMITS.items() if name in numbers and not limit.holds(numbers[name])]
