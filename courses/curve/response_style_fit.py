"""How a clinic's patients answer, from scores predicted one after another by the curve alone."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, logit

from courses.curve.kept_relief import fit_kept
from courses.curve.panel import Panel
from courses.curve.prior import Answering, Prior
from courses.curve.response_style import History, preferred, repeat_probabilities
from courses.curve.scores import HIGHEST_SCORE, N_SCORE_VALUES, Floats, Ints
from courses.curve.sequential import curve_mixture

# Standard deviations of the weak pull to the shipped answering, in log odds or logarithms.
_FRESH_PULL = 1.0
_FRESH_SHARES_PULL = 1.0
_REPEAT_PULLS = np.array([1.0, 0.7, 1.0, 0.7, 0.7])
_N_SPREAD_ROUNDS = 4
_FIRST_PREFERENCE_SD = 0.15
_USUAL_PREFERENCE_SD = 0.03
_PREFERENCE_SD_WEIGHT = 11.0


@dataclass(frozen=True, eq=False)
class Answers:
    """Observed scores (n,), the curve's own expectation of them (n, 11), and their history."""

    scores: Ints
    expected: Floats
    history: History


def fit_answering(prior: Prior, panel: Panel, *, shipped: Answering) -> Answering:
    """Return the answering that maximises the penalised likelihood of all scores except each timing's first.

    The possible size of preferences for single scores is learned too (empirical Bayes), so that a small clinic has
    none.
    """
    rows = np.flatnonzero(panel.previous_of_timing >= 0)
    if not len(rows):
        return shipped
    curve, scores = curve_mixture(prior, panel, rows=rows), panel.scores[rows].astype(np.int64)
    answers = Answers(scores, curve.probabilities(), History.before(panel, rows))
    centre = _vector(shipped)
    vector, preference_sd = centre, _FIRST_PREFERENCE_SD
    for _ in range(_N_SPREAD_ROUNDS):
        pulls = _pulls(preference_sd)
        found = minimize(
            _objective,
            vector,
            args=(answers, centre, pulls),
            jac=True,
            method="L-BFGS-B",
            options={"ftol": 1e-9},
        )
        vector = found.x
        preference_sd = _preference_sd(vector - centre, answers, vector=vector, preference_sd=preference_sd)
    answering = _answering(vector)
    return replace(answering, kept=fit_kept(answering, curve, history=answers.history, scores=scores))


def _pulls(preference_sd: float) -> Floats:
    shares = np.full(N_SCORE_VALUES, _FRESH_SHARES_PULL)
    return np.concatenate([np.full(N_SCORE_VALUES, preference_sd), [_FRESH_PULL], shares, _REPEAT_PULLS])


def _vector(answering: Answering) -> Floats:
    """Return (preference 11, log odds of fresh, logs of fresh shares 11, log odds of repeat, log strength,
    log odds of repeat share, log odds at 0 and at 10), (28,)."""
    return np.concatenate(
        [
            answering.preference,
            [logit(answering.fresh)],
            np.log(answering.fresh_shares),
            [logit(answering.repeat), np.log(answering.repeat_strength), logit(answering.repeat_share)],
            answering.repeat_log_odds_at_ends,
        ]
    )


def _answering(vector: Floats) -> Answering:
    shares = np.exp(log_softmax(vector[12:23]))
    return Answering(
        preference=tuple((vector[:11] - vector[:11].mean()).tolist()),
        fresh=float(expit(vector[11])),
        fresh_shares=tuple((shares / shares.sum()).tolist()),
        repeat=float(expit(vector[23])),
        repeat_strength=float(np.exp(vector[24])),
        repeat_share=float(expit(vector[25])),
        repeat_log_odds_at_ends=(float(vector[26]), float(vector[27])),
    )


def _objective(vector: Floats, answers: Answers, centre: Floats, pulls: Floats) -> tuple[float, Floats]:
    """Return minus the penalised log-likelihood of the answers and its gradient (by Fisher's identity)."""
    answering = _answering(vector)
    rows, scores = np.arange(len(answers.scores)), answers.scores
    curve = preferred(answering, answers.expected)
    repeat = repeat_probabilities(answering, answers.history)
    repeated = repeat * (answers.history.last == scores)
    decided = (1.0 - repeat) * curve[rows, scores]
    fresh = answering.fresh * np.array(answering.fresh_shares)[scores]
    total = (1.0 - answering.fresh) * (repeated + decided) + fresh
    is_fresh = fresh / total
    is_repeated = (1.0 - answering.fresh) * repeated / total
    is_decided = 1.0 - is_fresh - is_repeated
    gradient = np.concatenate(
        [
            _counts(is_decided, scores) - is_decided @ curve,
            [is_fresh.sum() - answering.fresh * len(scores)],
            _counts(is_fresh, scores) - is_fresh.sum() * np.array(answering.fresh_shares),
            _repeat_gradient(answering, answers.history, is_repeated / repeat - is_decided / (1.0 - repeat)),
        ]
    )
    pulled = (vector - centre) / pulls
    value = 0.5 * float(pulled @ pulled) - float(np.log(total).sum())
    return value, pulled / pulls - gradient


def _counts(weights: Floats, scores: Ints) -> Floats:
    return np.bincount(scores, weights=weights, minlength=N_SCORE_VALUES).astype(float)


def _repeat_gradient(answering: Answering, history: History, by_repeat: Floats) -> Floats:
    """Return the gradient by the five numbers of repeating from that by its probability (n,)."""
    at_zero, at_ten = history.last == 0, history.last == HIGHEST_SCORE
    ends = answering.repeat_log_odds_at_ends
    base = expit(logit(answering.repeat) + ends[0] * at_zero + ends[1] * at_ten)
    strength, share = answering.repeat_strength, answering.repeat_share
    total = strength + history.n_chances
    pooled = (strength * base + share * history.n_repeats) / total
    by_odds = by_repeat * strength * base * (1.0 - base) / total
    by_strength = by_repeat * strength * (base - pooled) / total
    by_share = by_repeat * share * (1.0 - share) * history.n_repeats / total
    return np.array(
        [by_odds.sum(), by_strength.sum(), by_share.sum(), by_odds[at_zero].sum(), by_odds[at_ten].sum()]
    )


def _preference_sd(moved: Floats, answers: Answers, *, vector: Floats, preference_sd: float) -> float:
    """Return the spread of preferences according to their estimates and their uncertainty."""
    curve = preferred(_answering(vector), answers.expected)
    information = np.diag(curve.sum(axis=0)) - curve.T @ curve
    covariance = np.linalg.inv(information + np.eye(N_SCORE_VALUES) / preference_sd**2)
    squares = float((moved[:N_SCORE_VALUES] ** 2 + np.diag(covariance)).sum())
    n_values = N_SCORE_VALUES + _PREFERENCE_SD_WEIGHT
    return float(((squares + _PREFERENCE_SD_WEIGHT * _USUAL_PREFERENCE_SD**2) / n_values) ** 0.5)
