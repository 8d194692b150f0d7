"""Predicted against observed: whether predictions came true as often as they should.

Each prediction was made before its score was known, so the counts are sums of independent trials if the chances
were right (Dawid 1984; Gneiting & Raftery 2007): the exact interval (Clopper & Pearson 1934) then holds, and is a
little too wide if the chances differ from score to score.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.stats import beta

from courses.curve.predictive import quantile_scores, upper_tails
from courses.curve.scores import Bools, Floats, Ints

# "1 in n" as stated for an observed score: how often one at least as high was expected. The last bin is open.
RARITY_EDGES = (3.0, 5.0, 10.0, 20.0, 50.0, 100.0)
# If fewer than this are expected to come, or not to come, there is too little data (Cochran 1954).
LEAST_EXPECTED = 5.0
INTERVAL = 0.95
WIDE_RANGE = np.array([0.05, 0.95])
# A chance of exactly 1 in 20 must not leave its bin because of rounding in the last digit.
_SLACK = 1e-9


@dataclass(frozen=True)
class SaidSeen:
    """An event that each of `n` scores could bring: how often it was predicted, and how often it came."""

    n: int
    expected: float
    seen: int

    @classmethod
    def of(cls, chances: Floats, happened: Bools) -> Self:
        """From the predicted chance each time, and whether it came true, (n,) each."""
        return cls(len(chances), float(chances.sum()), int(happened.sum()))

    @property
    def is_enough(self) -> bool:
        """Whether there is enough data."""
        return min(self.expected, self.n - self.expected) >= LEAST_EXPECTED

    @property
    def said(self) -> float:
        """The predicted share; 0 without scores."""
        return self.expected / self.n if self.n else 0.0

    @property
    def share(self) -> float:
        """The observed share; 0 without scores."""
        return self.seen / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the share."""
        return exact_interval(self.seen, self.n)

    @property
    def is_off(self) -> bool:
        """Whether chance alone hardly explains the difference."""
        low, high = self.interval
        return self.is_enough and not low <= self.said <= high


def exact_interval(seen: int, n: int, *, level: float = INTERVAL) -> tuple[float, float]:
    """Return the interval of a share by Clopper and Pearson; (0, 1) without trials."""
    tail = (1.0 - level) / 2.0
    low = float(beta.ppf(tail, seen, n - seen + 1)) if seen else 0.0
    high = float(beta.ppf(1.0 - tail, seen + 1, n - seen)) if seen < n else 1.0
    return low, high


def rarities(p: Floats, scores: Ints) -> list[tuple[float, float | None, SaidSeen]]:
    """Return for each bin of "1 in n" its limits, and how many scores should have been that rare, and were.

    p (n, 11) are the chances, scores (n,) the observed scores.
    """
    tails = upper_tails(p) if len(p) else np.empty((0, 11))
    one_in = 1.0 / np.maximum(tails, 1e-12)
    found: list[tuple[float, float | None, SaidSeen]] = []
    for low, high in zip(RARITY_EDGES, [*RARITY_EDGES[1:], None], strict=True):
        inside = one_in >= low - _SLACK
        if high is not None:
            inside &= one_in < high - _SLACK
        chances = (p * inside).sum(axis=1) if len(p) else np.empty(0)
        happened = inside[np.arange(len(p)), scores]
        found.append((low, high, SaidSeen.of(chances, happened)))
    return found


def held_by_wide_range(p: Floats, scores: Ints) -> tuple[Floats, Bools]:
    """Return the chance that each score is in the wide range, 9 in 10 or a little more for whole numbers,
    and whether it was, (n,) each.
    """
    if not len(p):
        return np.empty(0), np.empty(0, dtype=bool)
    low, high = quantile_scores(p, levels=WIDE_RANGE).T
    values = np.arange(p.shape[1])
    inside = (values >= low[:, None]) & (values <= high[:, None])
    return (p * inside).sum(axis=1), inside[np.arange(len(p)), scores]
