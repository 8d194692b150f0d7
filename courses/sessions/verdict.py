"""What the practitioner is told of a score at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from courses.curve import CannotTell
from courses.priors.expecting import RAREST
from courses.rules.facts import Expectation, Finding


class Standing(StrEnum):
    """Where a score lies."""

    IN_BAND = "in_band"
    BELOW = "below"
    ABOVE = "above"
    CANNOT_TELL = "cannot_tell"
    ERROR = "error"


@dataclass(frozen=True)
class Verdict:
    """One score against what was expected, with what the rules found."""

    timing: str
    score: int
    standing: Standing
    expected: Expectation | None = None
    have: float = 0
    need: float = 0
    findings: tuple[Finding, ...] = ()

    @property
    def one_in(self) -> int | None:
        """How rare a score this high was expected to be."""
        return round(self.expected.one_in[self.score]) if self.expected else None

    def as_json(self) -> dict[str, object]:
        """What a score keeps of it: plain types, no name."""
        kept: dict[str, object] = {"standing": str(self.standing), "have": self.have, "need": self.need}
        if self.expected:
            kept |= {
                "mean": round(self.expected.mean, 2),
                "low50": self.expected.low50,
                "high50": self.expected.high50,
                "low90": self.expected.low90,
                "high90": self.expected.high90,
                "point90": self.expected.point90,
                "one_in": round(self.expected.one_in[self.score], 1),
                "lr": round(self.expected.lr_star[self.score], 2),
                # For each score from 0 to 10: a corrected one is judged by what was expected then.
                "rarities": [round(value, 1) for value in self.expected.one_in],
                "lr_star": [round(value, 2) for value in self.expected.lr_star],
                "n_scores": self.expected.n_scores,
                "prior": self.expected.prior_version,
            }
        return kept


def frozen_expectation(kept: Mapping[str, Any]) -> Expectation | None:
    """What was expected of a score when it was logged; None where the curve could not tell.

    Where the odds were not kept they count as the rarest: a correction never hides a breach it cannot judge.
    """
    if "mean" not in kept:
        return None
    unknown = [RAREST] * 11
    return Expectation(
        mean=kept["mean"],
        low50=kept["low50"],
        high50=kept["high50"],
        low90=kept["low90"],
        high90=kept["high90"],
        point90=kept["point90"],
        lr_star=tuple(kept.get("lr_star", unknown)),
        one_in=tuple(kept.get("rarities", unknown)),
        n_scores=kept["n_scores"],
        prior_version=kept["prior"],
    )


def verdict(
    timing: str, score: int, *, expected: Expectation | CannotTell | None, findings: tuple[Finding, ...]
) -> Verdict:
    """The verdict on a score; `expected` is None where the curve failed."""
    if expected is None:
        return Verdict(timing, score, Standing.ERROR, findings=findings)
    if isinstance(expected, CannotTell):
        return Verdict(
            timing, score, Standing.CANNOT_TELL, have=expected.have, need=expected.need, findings=findings
        )
    if expected.holds(score):
        standing = Standing.IN_BAND
    else:
        standing = Standing.ABOVE if score > expected.high90 else Standing.BELOW
    return Verdict(timing, score, standing, expected, findings=findings)
