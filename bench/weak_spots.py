"""Predictions that were tried on the curve's weaknesses, each from the earlier scores of the course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from courses.curve import Panel, Prior
from courses.curve.alarm.shift_memory import memory_of
from courses.curve.design import forgotten
from courses.curve.filtering import Filtered
from courses.curve.posterior import NoiseGrid, posterior
from courses.curve.predictive import Mixture
from courses.curve.response_style import History, answered
from courses.curve.scores import Floats, Ints
from courses.curve.sequential import mixture_at, sequential_predictions

# The odds of a shift that began up to three scores ago, per unit of M; how often a bad session lasts.
SHIFT_ODDS, BAD_KEPT = 0.02, 0.1
# Not exactly 0, because the covariance must stay invertible.
_NEARLY_NONE = np.diag([1.0, 0.02, 0.02])


@dataclass(frozen=True, eq=False)
class Tried:
    """Distributions of n scores, (n, 11) each: the product's; the same without good sessions kept; without
    widening after long gaps; the curve raised by 3; and attempts that were not adopted.
    """

    product: Floats
    unkept: Floats
    unforgetting: Floats
    raised: Floats
    three_accounts: Floats
    two_accounts: Floats
    shifted: Floats
    bad_kept: Floats

    @classmethod
    def joined(cls, parts: Sequence[Tried]) -> Tried:
        """Return the predictions of some panels, one after another."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    def rows(self, chosen: Ints) -> Tried:
        """Return those of some rows."""
        return Tried(*(getattr(self, one.name)[chosen] for one in fields(self)))


def tried(prior: Prior, panel: Panel) -> Tried:
    """Predict every score of a panel in all the ways tried."""
    found = sequential_predictions(prior, panel)
    every, history = np.arange(panel.n_scores), History.before(panel, np.arange(panel.n_scores))
    curve = mixture_at(prior, Filtered.of(prior, panel), rows=every)
    accounts = [_account(one, panel) for one in (prior, _looser(prior), _trendless(prior))]
    return Tried(
        product=found.p,
        unkept=found.curve,
        unforgetting=_kept_of(prior, _without_widening(prior, panel, curve), history, found.p, found.curve),
        raised=found.raised,
        three_accounts=answered(prior.answering, _weighed(accounts, (0.80, 0.15, 0.05)), history=history),
        two_accounts=answered(prior.answering, _weighed(accounts, (0.85, 0.15, 0.0)), history=history),
        shifted=_with_shifts(prior, panel, found.curve),
        bad_kept=_with_bad_kept(prior, found.curve, curve, history=history),
    )


def _without_widening(prior: Prior, panel: Panel, curve: Mixture) -> Mixture:
    """The curve without forgetting after a long gap."""
    gaps = np.where(panel.step > 0, np.diff(panel.weeks, prepend=0.0), 0.0)
    added = prior.covariance[0][0] * forgotten(np.maximum(gaps, 0.0))
    return replace(curve, sds=np.sqrt(curve.sds**2 - added[:, None]))


def _kept_of(prior: Prior, curve: Mixture, history: History, p: Floats, alone: Floats) -> Floats:
    """The answers to another curve, with good sessions kept as often as on this one."""
    return np.asarray(
        np.maximum(answered(prior.answering, curve.probabilities(), history=history) + p - alone, 1e-9)
    )


def _with_bad_kept(prior: Prior, alone: Floats, curve: Mixture, *, history: History) -> Floats:
    """The curve with one bad session in ten kept at its level."""
    above = history.last - (curve.weights * curve.means).sum(axis=1)
    is_bad = (history.last >= 0) & (above > 0.0)
    kept = answered(prior.answering, curve.probabilities(rise=np.where(is_bad, above, 0.0)), history=history)
    return np.asarray(alone + BAD_KEPT * is_bad[:, None] * (kept - alone))


def _with_shifts(prior: Prior, panel: Panel, alone: Floats) -> Floats:
    """The curve combined with the upward shifts that the memory finds."""
    terms = memory_of(prior, panel, p=alone).terms.sum(axis=(1, 2))
    p = alone * (1.0 + SHIFT_ODDS * terms)
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def _account(prior: Prior, panel: Panel) -> tuple[Floats, Floats]:
    """One model's expectation of each score (n, 11), and its log-likelihood of the earlier ones (n,)."""
    filtered, every = Filtered.of(prior, panel), np.arange(panel.n_scores)
    grid = NoiseGrid.of(prior, n_scores=int(panel.lengths.max(initial=0)))
    found = posterior(filtered.effects, filtered.information_before(every), grid=grid)
    running = np.append(0.0, np.cumsum(np.log(filtered.innovations.variances)))
    determinant = running[every] - running[panel.starts[panel.course]]
    return mixture_at(prior, filtered, rows=every).probabilities(), found.log_likelihood - 0.5 * determinant


def _weighed(accounts: Sequence[tuple[Floats, Floats]], shares: Sequence[float]) -> Floats:
    """The mixture of the models, weighted by their share and their likelihood so far."""
    logs = np.array([np.log(max(share, 1e-300)) + log for share, (_p, log) in zip(shares, accounts, strict=True)])
    weights = np.exp(logs - logs.max(axis=0))
    weights /= weights.sum(axis=0)
    return np.asarray(sum(weight[:, None] * p for weight, (p, _log) in zip(weights, accounts, strict=True)))


def _looser(prior: Prior) -> Prior:
    """Good and bad weeks twice as large and as slow, as in one of the models behind the line."""
    return replace(prior, carry=2.0 * prior.carry, carry_weeks=2.0 * prior.carry_weeks)


def _trendless(prior: Prior) -> Prior:
    """No trend, but a slow drift."""
    covariance = (_NEARLY_NONE @ np.array(prior.covariance) @ _NEARLY_NONE).tolist()
    first, second, third = (tuple(row) for row in covariance)
    return replace(
        prior,
        mean=(prior.mean[0], 0.0, 0.0),
        covariance=(first, second, third),
        noise_slope=(prior.noise_slope[0], 0.0, 0.0),
        carry=2.0 * prior.carry,
        carry_weeks=4.0 * prior.carry_weeks,
    )
