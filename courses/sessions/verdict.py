"""What the practitioner is shown about a score at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from courses.curve import CannotTell
from courses.rules.facts import Expectation, Finding
from courses.rules.odds import kept_odds


class BandPosition(StrEnum):
    """The position of a score relative to the range."""

    IN_BAND = "in_band"
    BELOW = "below"
    ABOVE = "above"
    CANNOT_TELL = "cannot_tell"
    ERROR = "error"


@dataclass(frozen=True)
class Verdict:
    """One score against its expectation, with the findings of the rules."""

    timing: str
    score: int
    position: BandPosition
    expected: Expectation | None = None
    have: float = 0
    need: float = 0
    findings: tuple[Finding, ...] = ()
    # Worth checking at the next visit, without mail.
    is_watched: bool = False

    def as_json(self) -> dict[str, object]:
        """What is stored with the score: plain types, no name."""
        kept: dict[str, object] = {"standing": str(self.position), "have": self.have, "need": self.need}
        if self.is_watched:
            kept["watch"] = True
        # Only sessions after the last alert are searched for a lasting shift.
        if self.findings:
            kept["told"] = True
        if self.expected:
            kept |= {
                "mean": round(self.expected.mean, 2),
                "low50": self.expected.low50,
                "high50": self.expected.high50,
                "low90": self.expected.low90,
                "high90": self.expected.high90,
                "point90": self.expected.point90,
                "one_in": kept_odds(self.expected.one_in[self.score]),
                "lr": round(self.expected.lr_star[self.score], 2),
                # For each score from 0 to 10, so that a corrected one is judged by the expectation of that time.
                "rarities": [kept_odds(value) for value in self.expected.one_in],
                "lr_star": [round(value, 2) for value in self.expected.lr_star],
                "n_scores": self.expected.n_scores,
                "prior": self.expected.prior_version,
            }
            if self.expected.memory:
                memory = self.expected.memory
                kept["memory"] = {
                    "ratio": [round(value, 2) for value in memory.ratio],
                    "one_in": [kept_odds(value) for value in memory.one_in],
                    "back": list(memory.back),
                    "above": [round(value, 2) for value in memory.above],
                }
        return kept


def verdict(
    timing: str,
    score: int,
    *,
    expected: Expectation | CannotTell | None,
    findings: tuple[Finding, ...],
    is_watched: bool = False,
) -> Verdict:
    """The verdict on a score; `expected` is None if the curve failed."""
    if expected is None:
        return Verdict(timing, score, BandPosition.ERROR, findings=findings, is_watched=is_watched)
    if isinstance(expected, CannotTell):
        return Verdict(
            timing,
            score,
            BandPosition.CANNOT_TELL,
            have=expected.have,
            need=expected.need,
            findings=findings,
            is_watched=is_watched,
        )
    if expected.holds(score):
        position = BandPosition.IN_BAND
    else:
        position = BandPosition.ABOVE if score > expected.high90 else BandPosition.BELOW
    return Verdict(timing, score, position, expected, findings=findings, is_watched=is_watched)
