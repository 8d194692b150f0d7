"""From the curve's expectation to the score people write down: repeated, preferred and fresh answers."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from courses.curve.panel import Panel
from courses.curve.prior import Answering
from courses.curve.scores import HIGHEST_SCORE, Floats, Ints


@dataclass(frozen=True, eq=False)
class History:
    """Before each of n scores: the last score of its timing (-1: none), possible repeats, repeats."""

    last: Ints
    n_chances: Ints
    n_repeats: Ints

    @classmethod
    def before(cls, panel: Panel, rows: Ints) -> "History":
        """Return the history before the rows (n,) of a panel."""
        previous = panel.previous_of_timing[rows]
        last = np.where(previous >= 0, panel.scores[previous], -1.0).astype(np.int64)
        chances = np.maximum(panel.n_earlier_of_timing[rows] - 1, 0)
        return cls(last, chances, panel.n_earlier_repeats[rows])


def repeat_probabilities(answering: Answering, history: History) -> Floats:
    """Return the probability that the last score is repeated whatever the curve says, (n,)."""
    at_zero, at_ten = answering.repeat_log_odds_at_ends
    log_odds = logit(answering.repeat) + at_zero * (history.last == 0) + at_ten * (history.last == HIGHEST_SCORE)
    strength = answering.repeat_strength
    pooled = strength * expit(log_odds) + answering.repeat_share * history.n_repeats
    return np.where(history.last >= 0, pooled / (strength + history.n_chances), 0.0)


def preferred(answering: Answering, p: Floats) -> Floats:
    """Return p (n, 11) with each score weighted by how much people like to give it, (n, 11)."""
    weighted = p * np.exp(answering.preference)
    return np.asarray(weighted / weighted.sum(axis=1, keepdims=True))


def answered(answering: Answering, p: Floats, *, history: History, rise: int | Ints = 0) -> Floats:
    """Return the distribution of the written score from the curve's own p (n, 11), (n, 11).

    With a rise, one for all or n of them, p is the curve's raised distribution and a repeated score is
    raised as well.
    """
    out = preferred(answering, p)
    repeats = repeat_probabilities(answering, history)
    out *= (1.0 - repeats)[:, None]
    out[np.arange(len(p)), np.minimum(np.maximum(history.last, 0) + rise, HIGHEST_SCORE)] += repeats
    return np.asarray((1.0 - answering.fresh) * out + answering.fresh * np.array(answering.fresh_shares))
