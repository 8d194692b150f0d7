"""The input of the rules, and their findings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.odds import kept_odds


class Severity(StrEnum):
    """How urgent a finding is, most urgent first."""

    E0 = "E0"
    E1 = "E1"
    E2 = "E2"
    RED = "red"
    AMBER = "amber"
    C = "C"
    REVIEW = "review"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return list(Severity).index(self)


# The levels of red flags; those that bring a doctor today; those that put the course on hold.
RED_FLAG_LEVELS = (Severity.E0, Severity.E1, Severity.E2, Severity.C)
DOCTOR_TODAY = frozenset({Severity.E0, Severity.E1})
HOLDING = (Severity.E0, Severity.E1, Severity.E2)


def rank_of(severity: str) -> int:
    """0 for the most pressing, of a severity as a row stores it."""
    return Severity(severity).rank


def most_severe(severities: Sequence[Severity]) -> Severity:
    """The most urgent of some; ValueError for none."""
    return min(severities, key=lambda severity: severity.rank)


@dataclass(frozen=True)
class Finding:
    """A rule's verdict with its evidence."""

    rule: str
    version: int
    severity: Severity
    evidence: Mapping[str, float | int | str | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Plain types, to be stored in an alert."""
        return {
            "rule": self.rule,
            "version": self.version,
            "severity": str(self.severity),
            "evidence": dict(self.evidence),
        }


@dataclass(frozen=True)
class Memory:
    """The evidence of the last scores of a timing for a lasting shift; each for the scores 0 to 10.

    `ratio`: how many times likelier they are under one; `one_in`: how rare a ratio this high is without a
    shift; `back`: how many scores of the timing ago the likeliest began; `above`: how far the scores since are
    above what was expected from those before.
    """

    ratio: tuple[float, ...]
    one_in: tuple[float, ...]
    back: tuple[int, ...]
    above: tuple[float, ...]


@dataclass(frozen=True)
class Expectation:
    """What the curve expected of one score before it was known.

    `lr_star` and `one_in` have eleven members, for the scores 0 to 10: the running-maximum
    likelihood ratio of a rise of 3, and how rare a score at least this high was expected to be.
    """

    mean: float
    low50: int
    high50: int
    low90: int
    high90: int
    # 9 in 10 scores were expected at or below this one.
    point90: int
    lr_star: tuple[float, ...]
    one_in: tuple[float, ...]
    n_scores: int
    prior_version: str
    # None if no shift may have begun: too few scores, or staff were alerted to everything since.
    memory: Memory | None = None
    # The probability of each score from 0 to 10; empty if only the rules' input is available.
    p: tuple[float, ...] = ()

    @property
    def numbers(self) -> tuple[float, ...]:
        """All values that must be numbers before a rule may use them."""
        memory = (*self.memory.ratio, *self.memory.one_in, *self.memory.above) if self.memory else ()
        return (self.mean, *self.lr_star, *self.one_in, *memory, *self.p)

    def holds(self, score: int) -> bool:
        """Whether a score is in the range."""
        return self.low90 <= score <= self.high90


@dataclass(frozen=True)
class ScoreFact:
    """One score and its expectation; None for that if the curve had no answer."""

    timing: str
    session_number: int | None
    score: int
    expected: Expectation | None = None


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of the likelihood ratios, calibrated to the clinic's budget, and the bounds of all the rules."""

    lr: float
    lr_of_quarter_budget: float
    version: str
    bounds: RuleBounds = SHIPPED_BOUNDS
    # The threshold for the scores of the last sessions together.
    memory: float = math.inf


@dataclass(frozen=True)
class PainFacts:
    """One new score in its course.

    `earlier` holds the course's earlier scores of the same timing, oldest first; `before` is the
    before-score of the same session if the new score has another timing.
    """

    observed: ScoreFact
    thresholds: Thresholds
    before: int | None = None
    earlier: tuple[ScoreFact, ...] = ()

    @property
    def bounds(self) -> RuleBounds:
        """The bounds of the rules."""
        return self.thresholds.bounds

    @property
    def rise_in_session(self) -> int | None:
        """How far the score is above this session's before-score."""
        return None if self.before is None else self.observed.score - self.before

    @property
    def rise_over_last(self) -> int | None:
        """How far the score is above the last one of the same timing."""
        return self.observed.score - self.earlier[-1].score if self.earlier else None

    @property
    def start(self) -> int | None:
        """The course's first score of this timing, unless this is it."""
        return self.earlier[0].score if self.earlier else None

    def usual(self, expected: Expectation) -> float:
        """What a score must stand out from: what was expected, and the lowest of the patient's own earlier scores
        of this timing. Where others fall, one that stays as it was is no worsening.
        """
        return max(expected.mean, min((one.score for one in self.earlier), default=0))

    def evidence(self, **more: float | int | str | None) -> dict[str, float | int | str | None]:
        """What every pain finding stores: observed, expected, bounds, odds, Prior and version of the bounds."""
        expected = self.observed.expected
        base: dict[str, float | int | str | None] = {
            "timing": self.observed.timing,
            "session": self.observed.session_number,
            "observed": self.observed.score,
            "before": self.before,
            "bounds": self.bounds.version,
        }
        if expected is not None:
            base |= {
                "expected": round(expected.mean, 2),
                "low90": expected.low90,
                "high90": expected.high90,
                "one_in": kept_odds(expected.one_in[self.observed.score]),
                "lr": round(expected.lr_star[self.observed.score], 2),
                "prior": expected.prior_version,
                "n_scores": expected.n_scores,
            }
        return base | more
