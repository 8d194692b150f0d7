"""How good predictive distributions over 0..10 were: proper scores, calibration, sensitivity to a rise."""

from dataclasses import dataclass

import numpy as np

from courses.curve.predictive import RISE, SCORE_VALUES, running_likelihood_ratio, upper_tails
from courses.curve.scores import HIGHEST_SCORE, Bools, Floats, Ints

FALSE_ALARM_RATE = 0.025


@dataclass(frozen=True)
class Quality:
    """Means over n scores: log score (nats, higher is better), CRPS (points, lower is better), share inside
    the central 90 % interval and share above the upper 97.5 % point (randomised PIT)."""

    n_scores: int
    log_score: float
    crps: float
    coverage90: float
    upper975: float


def log_scores(p: Floats, *, scores: Ints) -> Floats:
    """Return the logarithm of the probability given to each observed score, (n,)."""
    return np.asarray(np.log(p[np.arange(len(p)), scores]))


def crps(p: Floats, *, scores: Ints) -> Floats:
    """Return the ranked probability score of each observed score, (n,) (Gneiting & Raftery 2007)."""
    below = np.cumsum(p, axis=1)
    happened = scores[:, None] <= SCORE_VALUES
    return np.asarray(((below - happened) ** 2)[:, :HIGHEST_SCORE].sum(axis=1))


def randomised_pit(p: Floats, *, scores: Ints, seed: int) -> Floats:
    """Return the randomised probability integral transform of each score, (n,): uniform if calibrated."""
    rows = np.arange(len(p))
    uniform = np.random.default_rng(seed).random(len(p))
    return np.asarray(np.cumsum(p, axis=1)[rows, scores] - uniform * p[rows, scores])


def quality_values(p: Floats, *, scores: Ints, seed: int = 0) -> dict[str, Floats]:
    """Return the values whose means `quality` reports, (n,) each."""
    pit = randomised_pit(p, scores=scores, seed=seed)
    return {
        "log_score": log_scores(p, scores=scores),
        "crps": crps(p, scores=scores),
        "coverage90": ((pit >= 0.05) & (pit <= 0.95)).astype(float),
        "upper975": (pit > 0.975).astype(float),
    }


def quality(p: Floats, *, scores: Ints, seed: int = 0) -> Quality:
    """Return the mean scores of predictions p (n, 11) of observed scores (n,); NaN means of no scores."""
    if not len(scores):
        return Quality(0, np.nan, np.nan, np.nan, np.nan)
    values = quality_values(p, scores=scores, seed=seed)
    return Quality(n_scores=len(scores), **{name: float(value.mean()) for name, value in values.items()})


def caught_rises(statistic: Floats, *, scores: Ints) -> Bools:
    """Return which scores, raised by 3, are caught at a false-alarm rate of 2.5 % per score, (n,).

    `statistic` (n, 11) is the alarm statistic of every possible score, higher being more alarming.
    """
    rows = np.arange(len(scores))
    threshold = np.quantile(statistic[rows, scores], 1.0 - FALSE_ALARM_RATE)
    raised = np.minimum(scores + RISE, HIGHEST_SCORE)
    return np.asarray(statistic[rows, raised] > threshold)


def error_by_subject(values: Floats | Bools, *, subjects: Ints) -> float:
    """Return the standard error of the mean of values (n,) whose subjects (n,) are independent, not the values."""
    if not len(values):
        return np.nan
    _, subject = np.unique(subjects, return_inverse=True)
    off = np.bincount(subject, weights=values - np.mean(values))
    return float(np.sqrt((off**2).sum()) / len(values))


def likelihood_ratio_statistic(p: Floats, *, raised: Floats) -> Floats:
    """Return log LR* of every score, (n, 11)."""
    return np.asarray(np.log(running_likelihood_ratio(p, raised=raised)))


def tail_statistic(p: Floats) -> Floats:
    """Return minus the tail probability P(Y >= k) of every score, (n, 11)."""
    return -upper_tails(p)
