"""The alert budget: the threshold of LR* at which all pain rules together alarm as often as wanted."""

from dataclasses import dataclass

import numpy as np

from courses.curve.reference import pseudo_statistics, reference_threshold
from courses.curve.scores import Floats
from courses.curve.sessions import LEAST_EXCESS, Sessions

DEFAULT_BUDGET_PER_100 = 5.0
MIN_SHARE_PER_100 = 1.0
PSEUDO_FADED_AT = 2_000
CLAMP_FACTOR = 3.0
# Below 1 a score speaks against a rise, not for it.
LEAST_THRESHOLD = 1.0
RED_SHARE = 0.25
MIN_PATIENTS = 30
APPROVAL_CHANGE = 0.20
# What the fixed rules cost a clinic without sessions of its own: simulated at 2 to 4 per 100.
SHIPPED_FIXED_PER_100 = 3.0
# So many sessions at that rate stand beside the clinic's own.
N_LENT_SESSIONS = 50


@dataclass(frozen=True)
class AlertThreshold:
    """LR* above `threshold` alarms; above `quarter_threshold` (a quarter of the budget) it may be red.

    `realised_per_100`: held-out sessions of the clinic, per 100, on which this threshold or a fixed rule
    would have alarmed; `fixed_per_100`: a fixed rule alone. `is_clamped`: held within a factor of 3 of the
    reference.
    """

    budget_per_100: float
    threshold: float
    quarter_threshold: float
    reference_threshold: float
    is_clamped: bool
    is_provisional: bool
    n_patients: int
    n_scores: int
    n_sessions: int
    realised_per_100: float
    fixed_per_100: float

    def needs_approval(self, *, earlier: "AlertThreshold") -> bool:
        """True if the threshold moved by more than 20 % from the earlier one."""
        return abs(self.threshold / earlier.threshold - 1.0) > APPROVAL_CHANGE

    @property
    def is_fixed_rules_over_budget(self) -> bool:
        """True if the fixed rules alone alarm more often than the budget; they are never dropped."""
        return self.fixed_per_100 > self.budget_per_100


def threshold_for(
    sessions: Sessions,
    *,
    budget_per_100: float = DEFAULT_BUDGET_PER_100,
    has_fixed_rules: bool = True,
    least_excess: float = LEAST_EXCESS,
) -> AlertThreshold:
    """Return the threshold at which fixed rules and LR* together meet the budget, LR* at least 1 per 100.

    A weighted quantile of the clinic's held-out LR* and of pseudo-values from the shipped Prior, whose weight
    falls to 0 at 2,000 own values; held within a factor of 3 of the shipped reference threshold.
    """
    shipped_fixed = SHIPPED_FIXED_PER_100 / 100.0 if has_fixed_rules else 0.0
    pseudo = pseudo_statistics(least_excess)
    weight = pseudo_weight(sessions.n_told)
    n_pseudo = weight * len(pseudo)
    total = sessions.n_sessions + n_pseudo
    share = _share(budget_per_100, fixed=_fixed_share(sessions, shipped=shipped_fixed, n_pseudo=n_pseudo))
    own = sessions.statistic[~sessions.is_fixed]
    values = np.concatenate([own, pseudo])
    weights = np.concatenate([np.ones(len(own)), np.full(len(pseudo), weight)])
    wanted, wanted_quarter = (
        exceeded_by(values, weights=weights, mass=part * share * (total + 1.0)) for part in (1.0, RED_SHARE)
    )
    shipped_share = _share(budget_per_100, fixed=shipped_fixed)
    reference, reference_quarter = (
        max(reference_threshold(part * shipped_share, least_excess=least_excess), LEAST_THRESHOLD)
        for part in (1.0, RED_SHARE)
    )
    threshold = _clamped(wanted, reference=reference)
    return AlertThreshold(
        budget_per_100=budget_per_100,
        threshold=threshold,
        quarter_threshold=max(threshold, _clamped(wanted_quarter, reference=reference_quarter)),
        reference_threshold=reference,
        is_clamped=threshold != wanted,
        is_provisional=sessions.n_patients < MIN_PATIENTS,
        n_patients=sessions.n_patients,
        n_scores=sessions.n_told,
        n_sessions=sessions.n_sessions,
        realised_per_100=sessions.rate_per_100(threshold),
        fixed_per_100=sessions.fixed_per_100,
    )


def pseudo_weight(n_told: int) -> float:
    """Return what a pseudo-value counts beside so many own values."""
    return max(0.0, 1.0 - n_told / PSEUDO_FADED_AT)


def exceeded_by(values: Floats, *, weights: Floats, mass: float) -> float:
    """Return the value exceeded by a total weight `mass` of the values, linear between order statistics."""
    order = np.argsort(-values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(np.interp(mass, reached, values[order]))


def _fixed_share(sessions: Sessions, *, shipped: float, n_pseudo: float) -> float:
    """Return the share of sessions the fixed rules alarm on: counted, not modelled, so few own sessions tell."""
    n_lent = min(n_pseudo, N_LENT_SESSIONS)
    return float((sessions.is_fixed.sum() + shipped * n_lent) / (sessions.n_sessions + n_lent))


def _share(budget_per_100: float, *, fixed: float) -> float:
    """Return the share of sessions left to LR* when fixed rules take theirs, 1 in 100 at least."""
    return max(budget_per_100 / 100.0 - fixed, MIN_SHARE_PER_100 / 100.0)


def _clamped(wanted: float, *, reference: float) -> float:
    return min(max(wanted, reference / CLAMP_FACTOR, LEAST_THRESHOLD), reference * CLAMP_FACTOR)


# `threshold_for` of no sessions at the default budget beside the fixed rules, written down for a clinic's
# first day.
SHIPPED_THRESHOLD = AlertThreshold(
    budget_per_100=DEFAULT_BUDGET_PER_100,
    threshold=9.26,
    quarter_threshold=31.79,
    reference_threshold=8.73,
    is_clamped=False,
    is_provisional=True,
    n_patients=0,
    n_scores=0,
    n_sessions=0,
    realised_per_100=0.0,
    fixed_per_100=0.0,
)
