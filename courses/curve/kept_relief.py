"""A good session that lasts: whether pain that was low last time stays low, whatever the curve expects.

A curve treats a score far below it partly as a good week and expects the next one to rise again; in some
clinics scores rise again less often than that. If the curve expects the next score above the last one, its
level is that of the last one with a probability learned from the clinic's own scores, 0 if they give no reason for
it. The alarm uses the curve alone: nobody has to be called because the score rises again after a good session.
"""

import numpy as np
from scipy.optimize import minimize_scalar

from courses.curve.predictive import Mixture
from courses.curve.prior import Answering
from courses.curve.response_style import History, answered
from courses.curve.scores import Bools, Floats, Ints

# The log-likelihood that a kept share of 1 must gain.
_PULL = 2.0


def with_kept(answering: Answering, p: Floats, *, found: Mixture, history: History) -> Floats:
    """Return p (n, 11), the answers to the mixtures, with good sessions kept as often as `answering`
    says, (n, 11).
    """
    if not answering.kept:
        return p
    held, is_good = _held(answering, found, history=history)
    return np.asarray(p + answering.kept * is_good[:, None] * (held - p))


def fit_kept(answering: Answering, found: Mixture, *, history: History, scores: Ints) -> float:
    """Return the share of good sessions kept that explains the scores (n,) best, pulled weakly to none."""
    held, is_good = _held(answering, found, history=history)
    p = answered(answering, found.probabilities(), history=history)
    rows = np.flatnonzero(is_good)
    alone, kept = p[rows, scores[rows]], held[rows, scores[rows]]
    if np.sum(kept / alone - 1.0) <= _PULL:
        return 0.0

    def objective(share: float) -> float:
        return _PULL * share - float(np.log(alone + share * (kept - alone)).sum())

    return float(minimize_scalar(objective, bounds=(0.0, 1.0), method="bounded").x)


def _held(answering: Answering, found: Mixture, *, history: History) -> tuple[Floats, Bools]:
    """Return the answers at the level of the last score (n, 11), and where that is below the curve."""
    below = history.last - (found.weights * found.means).sum(axis=1)
    is_good = (history.last >= 0) & (below < 0.0)
    curve = found.probabilities(rise=np.where(is_good, below, 0.0))
    return answered(answering, curve, history=history), is_good
