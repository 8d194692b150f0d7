"""The alert budget: the thresholds of LR* and M at which all pain rules together keep to the budget."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from courses.curve.alarm.joint import SINGLE_SHARE
from courses.curve.alarm.reference import (
    pseudo_statistics,
    reference_joint,
    reference_memory_threshold,
    reference_threshold,
)
from courses.curve.alarm.sessions import LEAST_EXCESS, Sessions
from courses.curve.alarm.shift_memory import NEUTRAL_MEMORY
from courses.curve.scores import Floats

DEFAULT_BUDGET_PER_100 = 5.0
MIN_SHARE_PER_100 = 1.0
PSEUDO_FADED_AT = 2_000
CLAMP_FACTOR = 3.0
# Below 1 a score is evidence against a rise.
LEAST_THRESHOLD = 1.0
RED_SHARE = 0.25
HIGHEST_RATIO = 1e9
# A difference of less than this per 100 is not visible.
SMALLEST_SAID = 0.05
PRECISION = 1e-3
# M for a new clinic at the default budget beside the fixed rules.
SHIPPED_MEMORY = 24.77
MIN_PATIENTS = 30
APPROVAL_CHANGE = 0.20
# The alerts of the fixed rules for a clinic without sessions of its own: simulated at 2 to 4 per 100.
SHIPPED_FIXED_PER_100 = 3.0
# This many sessions at that rate are counted with the clinic's own.
N_LENT_SESSIONS = 20


@dataclass(frozen=True)
class AlertThreshold:
    """LR* above `threshold` raises an alert; above `quarter_threshold` (a quarter of the budget) it may be red. M
    above `memory_threshold` raises an alert too.

    `realised_per_100`: held-out sessions of the clinic, per 100, on which these thresholds or a fixed rule
    would have raised an alert; `fixed_per_100`: a fixed rule alone; `spendable_per_100`: the same at the lowest
    possible thresholds, None if it was never calculated. `is_clamped`: limited to 3 times the reference.
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
    memory_threshold: float = SHIPPED_MEMORY
    reference_memory_threshold: float = SHIPPED_MEMORY
    spendable_per_100: float | None = None

    def needs_approval(self, *, earlier: "AlertThreshold") -> bool:
        """True if a threshold moved by more than 20 % from the earlier one."""
        moved = (self.threshold / earlier.threshold, self.memory_threshold / earlier.memory_threshold)
        return any(abs(one - 1.0) > APPROVAL_CHANGE for one in moved)

    @property
    def unspendable_per_100(self) -> float:
        """The part of the budget that no threshold can use, because too few scores are unusual; 0 if unknown."""
        spendable = self.budget_per_100 if self.spendable_per_100 is None else self.spendable_per_100
        return max(self.budget_per_100 - spendable, 0.0)

    @property
    def least_per_100(self) -> float:
        """The lowest rate that any budget can reach: the fixed rules, which always raise alerts, and 1 per 100 of
        the curve. Never above what can be spent, nor above the rate of these thresholds themselves.
        """
        least = min(self.fixed_per_100 + MIN_SHARE_PER_100, self.realised_per_100)
        return least if self.spendable_per_100 is None else min(least, self.spendable_per_100)

    @property
    def is_budget_below_least(self) -> bool:
        """True if the clinic's own sessions raise more alerts than the budget, whatever the thresholds."""
        return self.n_sessions > 0 and self.least_per_100 > self.budget_per_100 + SMALLEST_SAID

    @property
    def is_fixed_rules_over_budget(self) -> bool:
        """True if the fixed rules alone raise more alerts than the budget; they are never dropped."""
        return self.fixed_per_100 > self.budget_per_100


def threshold_for(
    sessions: Sessions,
    *,
    budget_per_100: float = DEFAULT_BUDGET_PER_100,
    has_fixed_rules: bool = True,
    least_excess: float = LEAST_EXCESS,
) -> AlertThreshold:
    """Return the thresholds at which fixed rules, LR* and memory together meet the budget, the last two at least 1
    per 100.

    LR* gets three quarters of what the fixed rules leave, by a weighted quantile of the clinic's held-out LR*
    and of pseudo-values from the shipped Prior, whose weight falls to 0 at 2,000 own values. M gets the rest,
    scanned in order with restart; if M cannot spend it, LR* may. Neither threshold is above 3 times
    the shipped reference, which could hide a bad clinic, nor so low that the scores speak against a rise.
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
    mass = share * (total + 1.0)
    wanted, wanted_quarter = (
        exceeded_by(values, weights=weights, mass=part * mass) for part in (SINGLE_SHARE, RED_SHARE)
    )
    shipped_share = _share(budget_per_100, fixed=shipped_fixed)
    reference, reference_quarter = _references(shipped_share, least_excess=least_excess)
    spending = _Spending(sessions, n_pseudo, mass, least_excess)
    reference_memory = reference_memory_threshold(shipped_share, least_excess=least_excess)
    threshold = _clamped(wanted, reference=reference)
    wanted_memory = spending.memory_threshold(threshold)
    memory = min(wanted_memory, reference_memory * CLAMP_FACTOR)
    is_clamped = threshold < wanted or memory < wanted_memory
    threshold = spending.lr_threshold(memory, highest=threshold)
    return AlertThreshold(
        budget_per_100=budget_per_100,
        threshold=threshold,
        quarter_threshold=max(threshold, _clamped(wanted_quarter, reference=reference_quarter)),
        reference_threshold=reference,
        is_clamped=is_clamped,
        is_provisional=sessions.n_patients < MIN_PATIENTS,
        n_patients=sessions.n_patients,
        n_scores=sessions.n_told,
        n_sessions=sessions.n_sessions,
        realised_per_100=sessions.rate_per_100(threshold, memory),
        fixed_per_100=sessions.fixed_per_100,
        memory_threshold=memory,
        reference_memory_threshold=reference_memory,
        spendable_per_100=spendable_per_100(sessions) if sessions.n_sessions else None,
    )


def _references(shipped_share: float, *, least_excess: float) -> tuple[float, float]:
    """LR* above which the shipped Prior raises an alert, and above which it may be red, by share of sessions."""
    found = (
        reference_threshold(part * shipped_share, least_excess=least_excess) for part in (SINGLE_SHARE, RED_SHARE)
    )
    single, red = (max(one, LEAST_THRESHOLD) for one in found)
    return single, red


def spendable_per_100(sessions: Sessions) -> float:
    """Return the sessions per 100 with an alert of any pain rule at the lowest possible thresholds."""
    return sessions.rate_per_100(LEAST_THRESHOLD, NEUTRAL_MEMORY)


@dataclass(frozen=True, eq=False)
class _Spending:
    """How many sessions raise an alert beyond the fixed rules at some thresholds: own and pseudo-sessions."""

    sessions: Sessions
    n_pseudo: float
    mass: float
    least_excess: float

    def memory_threshold(self, lr: float) -> float:
        """Return the M that spends what LR* leaves of the budget."""
        return _lowest(lambda memory: self._spent(lr, memory) <= self.mass, low=NEUTRAL_MEMORY, high=HIGHEST_RATIO)

    def lr_threshold(self, memory: float, *, highest: float) -> float:
        """Return the LR* that spends what M leaves of the budget, at most its current value."""
        return _lowest(lambda lr: self._spent(lr, memory) <= self.mass, low=LEAST_THRESHOLD, high=highest)

    def _spent(self, lr: float, memory: float) -> float:
        own = int((self.sessions.alarms(lr, memory) & ~self.sessions.is_fixed).sum())
        if not self.n_pseudo:
            return float(own)
        reference = reference_joint(self.least_excess)
        alarms = reference.alarms(lr=lr, memory=memory)
        return own + self.n_pseudo * float(alarms.mean())


def _lowest(is_kept: Callable[[float], bool], *, low: float, high: float) -> float:
    """Return the lowest threshold between two that keeps to the budget, to about a thousandth of itself; the
    highest if none does.
    """
    if is_kept(low):
        return low
    while high / low > 1.0 + PRECISION:
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if is_kept(middle) else (middle, high)
    return high


def pseudo_weight(n_told: int) -> float:
    """Return the weight of a pseudo-value beside so many own values."""
    return max(0.0, 1.0 - n_told / PSEUDO_FADED_AT)


def exceeded_by(values: Floats, *, weights: Floats, mass: float) -> float:
    """Return the value exceeded by a total weight `mass` of the values, linear between order statistics."""
    order = np.argsort(-values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(np.interp(mass, reached, values[order]))


def _fixed_share(sessions: Sessions, *, shipped: float, n_pseudo: float) -> float:
    """Return the share of sessions with an alert of the fixed rules: counted, so few own sessions are enough."""
    n_lent = min(n_pseudo, N_LENT_SESSIONS)
    return float((sessions.is_fixed.sum() + shipped * n_lent) / (sessions.n_sessions + n_lent))


def _share(budget_per_100: float, *, fixed: float) -> float:
    """Return the share of sessions left to LR* after the fixed rules, 1 in 100 at least."""
    return max(budget_per_100 / 100.0 - fixed, MIN_SHARE_PER_100 / 100.0)


def _clamped(wanted: float, *, reference: float) -> float:
    return min(max(wanted, LEAST_THRESHOLD), reference * CLAMP_FACTOR)


# `threshold_for` of no sessions at the default budget beside the fixed rules, stored for a clinic's first day.
SHIPPED_THRESHOLD = AlertThreshold(
    budget_per_100=DEFAULT_BUDGET_PER_100,
    threshold=12.73,
    quarter_threshold=32.20,
    reference_threshold=12.01,
    is_clamped=False,
    is_provisional=True,
    n_patients=0,
    n_scores=0,
    n_sessions=0,
    realised_per_100=0.0,
    fixed_per_100=0.0,
    memory_threshold=SHIPPED_MEMORY,
    reference_memory_threshold=25.85,
)
