"""The joint alarm: one score far above its prediction, or the last scores together; restarts after any alarm.

Without the restart a single shift would use the budget for several sessions running: once somebody has been
alerted, only later changes count.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from courses.curve.alarm.shift_memory import N_BACK
from courses.curve.panel import Panel
from courses.curve.scores import Bools, Floats, Ints

# The share of the rate for single scores; memory gets the rest.
SINGLE_SHARE = 0.75
# Avoids division by 0.
SMALLEST_MEMORY = 1e-6


@dataclass(frozen=True, eq=False)
class JointStatistic:
    """Per row of a panel (n,): LR* of the score, M by how many starts are allowed (n, 4), 0 if unknown;
    whether a fixed rule raises an alert; the session, rising within a course.
    """

    panel: Panel
    lr: Floats
    memory: Floats
    is_fixed: Bools
    session: Ints

    @classmethod
    def of(
        cls,
        panel: Panel,
        *,
        lr: Floats,
        memory: Floats,
        is_fixed: Bools | None = None,
        session: Ints | None = None,
    ) -> "JointStatistic":
        """Gather them; the defaults are no fixed rules and the panel's own sessions."""
        nothing = np.zeros(panel.n_scores, dtype=bool)
        sessions = panel.session if session is None else session
        return cls(panel, lr, memory, nothing if is_fixed is None else is_fixed, sessions)

    def select(self, courses: Ints) -> "JointStatistic":
        """Return the statistic of some courses, in the order given."""
        numbered = replace(self.panel, source=np.arange(self.panel.n_scores)).select(courses)
        rows = numbered.source
        return JointStatistic(numbered, self.lr[rows], self.memory[rows], self.is_fixed[rows], self.session[rows])

    @cached_property
    def back(self) -> Ints:
        """Session of the last, second last and third last score of the timing, -1 for none, (n, 3)."""
        rows = self.panel.back_of_timing(N_BACK)
        return np.where(rows >= 0, self.session[rows], -1)

    @cached_property
    def _by_step(self) -> list[Ints]:
        """Rows of the panel that are first in their course, second, and so on."""
        order = np.argsort(self.panel.step, kind="stable")
        counts = np.bincount(self.panel.step) if self.panel.n_scores else np.zeros(0, dtype=np.int64)
        return np.split(order, np.cumsum(counts)[:-1])

    def alarms(self, *, lr: float, memory: float) -> Bools:
        """Return the rows with an alarm at these thresholds; scans only courses in which memory can matter."""
        found = self.is_fixed | (self.lr > lr)
        hot = np.unique(self.panel.course[self.memory[:, -1] > memory])
        if len(hot):
            part = self.select(hot)
            found[part.panel.source], _ = part.scan(lr=lr, memory=memory)
        return np.asarray(found)

    def scan(self, *, lr: float, memory: float) -> tuple[Bools, Floats]:
        """Return the rows with an alarm at these thresholds, each course in order with restart, and the M that
        counted.
        """
        alarms = self.is_fixed | (self.lr > lr)
        counted = np.zeros(self.panel.n_scores)
        last = np.full(self.panel.n_courses, -1)
        for rows in self._by_step:
            course = self.panel.course[rows]
            allowed = (self.back[rows] > last[course, None]).sum(axis=1)
            counted[rows] = self.memory[rows, allowed]
            found = alarms[rows] | (counted[rows] > memory)
            alarms[rows] = found
            last[course[found]] = np.maximum(last[course[found]], self.session[rows[found]])
        return alarms, counted


def joint_thresholds(
    statistic: JointStatistic, *, told: Bools, rate: float, single_share: float = SINGLE_SHARE
) -> tuple[float, float]:
    """Return the thresholds of LR* and M whose alarms on predicted scores come nearest to a rate from below."""
    single = float(np.quantile(statistic.lr[told], 1.0 - single_share * rate))
    most = rate * told.sum() + 1e-9
    values = np.unique(statistic.memory[told])
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        alarms = statistic.alarms(lr=single, memory=float(values[middle]))
        low, high = (low, middle) if alarms[told].sum() <= most else (middle + 1, high)
    return single, max(float(values[high]), SMALLEST_MEMORY)
