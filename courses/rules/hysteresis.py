"""When a pain alert has settled without an answer.

Two consecutive sessions at or below the upper 90 % bound and less than 2 above the mean, both as they were stored
when the alert was raised: a curve fitted afterwards has absorbed the deterioration. Source: alerts document,
section 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = 1
N_SESSIONS = 2
LEAST_EXCESS = 2.0


@dataclass(frozen=True)
class FrozenBound:
    """What was expected of a timing when the alert was raised."""

    mean: float
    high90: float

    def holds(self, score: int) -> bool:
        """Whether a score is no reason for concern under this bound."""
        return score <= self.high90 and score < self.mean + LEAST_EXCESS


def frozen_bounds(
    raising: Sequence[Mapping[str, Any]], later: Sequence[Mapping[str, Any]]
) -> dict[str, FrozenBound] | None:
    """The strictest bound of each timing in an alert's findings; None if one has none, so that a person decides.

    Only the findings that raised the alert count: later ones were expected by a curve that knew of the rise.
    """
    evidence = _evidence([*raising, *later])
    bounded = {str(one["timing"]) for one in _evidence(raising) if "high90" in one}
    if any(one.get("timing") not in bounded for one in evidence):
        return None
    return {
        timing: FrozenBound(
            mean=min(one["expected"] for one in evidence if one["timing"] == timing and "expected" in one),
            high90=min(one["high90"] for one in evidence if one["timing"] == timing and "high90" in one),
        )
        for timing in bounded
    }


def has_settled(bounds: Mapping[str, FrozenBound], runs: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    """Whether the last two consecutive sessions of every timing are within its bound.

    `runs` holds, by timing, (session number, score) of the sessions since the alert, oldest first.
    """
    return bool(bounds) and all(_is_quiet(bound, runs.get(timing, ())) for timing, bound in bounds.items())


def _is_quiet(bound: FrozenBound, run: Sequence[tuple[int, int]]) -> bool:
    last = run[-N_SESSIONS:]
    numbers = [number for number, _score in last]
    are_running = numbers == list(range(numbers[0], numbers[0] + N_SESSIONS)) if numbers else False
    return are_running and all(bound.holds(score) for _number, score in last)


def _evidence(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [finding["evidence"] for finding in findings]
