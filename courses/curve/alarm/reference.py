"""What the shipped Prior expects of LR*: the reference of every clinic, and pseudo-values for a young one."""

from functools import lru_cache

import numpy as np

from courses.curve.alarm.joint import JointStatistic, joint_thresholds
from courses.curve.alarm.sessions import LEAST_EXCESS, alarm_statistic
from courses.curve.alarm.shift_memory import NEUTRAL_MEMORY, panel_memory
from courses.curve.prior import SHIPPED_PRIOR
from courses.curve.scores import Floats
from courses.curve.sequential import MIN_EARLIER_SCORES
from courses.curve.study.folds import HeldOut, predicted_by
from courses.curve.study.simulation import regular_panel, simulate

N_PSEUDO_VALUES = 400
_COURSE_SCORES = 12
_N_COURSES = 4_000
_N_MEMORY_COURSES = 3_000


@lru_cache(maxsize=1)
def _simulated() -> HeldOut:
    panel = regular_panel(n_courses=_N_COURSES, n_scores=_COURSE_SCORES)
    panel = panel.with_scores(simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(0)))
    return predicted_by(SHIPPED_PRIOR, panel)


@lru_cache(maxsize=1)
def _memory() -> Floats:
    """Return M of the first courses' scores: it costs three times as much as all predictions."""
    simulated = _simulated()
    some = simulated.panel.select(np.arange(_N_MEMORY_COURSES))
    return panel_memory(SHIPPED_PRIOR, some, p=simulated.p[: some.n_scores])


@lru_cache(maxsize=4)
def reference_statistics(least_excess: float = LEAST_EXCESS) -> Floats:
    """Return the alarm statistic of simulated weekly sessions under the shipped Prior, sorted (n,)."""
    return np.sort(alarm_statistic(_simulated(), least_excess=least_excess))


@lru_cache(maxsize=4)
def reference_joint(least_excess: float = LEAST_EXCESS) -> JointStatistic:
    """Return both statistics of simulated weekly sessions under the shipped Prior, a score a session."""
    memory = _memory()
    panel = _simulated().panel.select(np.arange(_N_MEMORY_COURSES))
    ratios = alarm_statistic(_simulated(), least_excess=least_excess)[: panel.n_scores]
    return JointStatistic.of(panel, lr=ratios, memory=memory)


@lru_cache(maxsize=16)
def reference_memory_threshold(share: float, *, least_excess: float = LEAST_EXCESS) -> float:
    """Return the M at which, beside LR* at its own part of this share, the joint alarm has this share."""
    joint = reference_joint(least_excess)
    every = np.ones(joint.panel.n_scores, dtype=bool)
    return max(joint_thresholds(joint, told=every, rate=min(share, 1.0))[1], NEUTRAL_MEMORY)


@lru_cache(maxsize=4)
def pseudo_statistics(least_excess: float = LEAST_EXCESS) -> Floats:
    """Return 400 pseudo-values and their sessions from before the curve can predict, (480,)."""
    n_sessions = N_PSEUDO_VALUES * _COURSE_SCORES // (_COURSE_SCORES - MIN_EARLIER_SCORES)
    levels = (np.arange(n_sessions) + 0.5) / n_sessions
    return np.asarray(np.quantile(reference_statistics(least_excess), levels))


def reference_threshold(share: float, *, least_excess: float = LEAST_EXCESS) -> float:
    """Return the LR* that this share of sessions exceeds under the shipped Prior."""
    return float(np.quantile(reference_statistics(least_excess), 1.0 - min(share, 1.0)))
