"""What raises an alarm in a set of sessions: held-out likelihood ratios by session."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from courses.curve.alarm.joint import JointStatistic
from courses.curve.predictive import SCORE_VALUES
from courses.curve.scores import Bools, Floats, Ints
from courses.curve.study.folds import HeldOut

# A score less than 2 above its expectation, or less than 2 above the lowest of the patient's own, is no alarm,
# however certain the curve is.
LEAST_EXCESS = 2.0


@dataclass(frozen=True, eq=False)
class Sessions:
    """Largest LR* of each session, 0 if there is none (n,); whether a fixed rule raised an alarm (n,).

    `joint` and `place` (n_scores,) are the scores behind them and the session of each, if memory is used.
    """

    statistic: Floats
    is_fixed: Bools
    n_told: int
    n_patients: int
    joint: JointStatistic | None = None
    place: Ints | None = None

    @classmethod
    def of(
        cls,
        predictions: HeldOut,
        *,
        is_fixed_alarm: Bools | None = None,
        session: Ints | None = None,
        least_excess: float = LEAST_EXCESS,
    ) -> "Sessions":
        """Gather the rows of held-out predictions by session; facts per row are in the panel's row order."""
        panel = predictions.panel
        _, index = np.unique(panel.session if session is None else session, return_inverse=True)
        n_sessions = int(index.max(initial=-1)) + 1
        statistic, is_fixed = np.zeros(n_sessions), np.zeros(n_sessions, dtype=bool)
        ratios = alarm_statistic(predictions, least_excess=least_excess)
        np.maximum.at(statistic, index, ratios)
        if is_fixed_alarm is not None:
            np.logical_or.at(is_fixed, index, is_fixed_alarm)
        n_patients = len(np.unique(panel.patients[panel.course]))
        joint = (
            None
            if predictions.memory is None
            else JointStatistic.of(
                panel, lr=ratios, memory=predictions.memory, is_fixed=is_fixed_alarm, session=index
            )
        )
        return cls(statistic, is_fixed, int(predictions.can_tell.sum()), n_patients, joint, index)

    @property
    def n_sessions(self) -> int:
        return len(self.statistic)

    @property
    def fixed_per_100(self) -> float:
        """Sessions with an alarm of a fixed rule, per 100; 0 without sessions."""
        return 100.0 * float(self.is_fixed.sum()) / max(self.n_sessions, 1)

    def alarms(self, threshold: float, memory: float = np.inf) -> Bools:
        """Return the sessions with an alarm of any pain rule at thresholds of LR* and M, (n,)."""
        alone = np.asarray((self.statistic > threshold) | self.is_fixed)
        if self.joint is None or self.place is None or not np.isfinite(memory):
            return alone
        rows = self.joint.alarms(lr=threshold, memory=memory)
        found = np.zeros(self.n_sessions, dtype=bool)
        np.logical_or.at(found, self.place, rows)
        return found

    def n_alarmed(self, threshold: float, memory: float = np.inf) -> int:
        """Return how many sessions would have had an alarm at some thresholds: the dry run of a change."""
        return int(self.alarms(threshold, memory).sum())

    def rate_per_100(self, threshold: float, memory: float = np.inf) -> float:
        """Return sessions with an alert of any pain rule per 100 sessions; 0 without sessions."""
        return 100.0 * self.n_alarmed(threshold, memory) / max(self.n_sessions, 1)

    def rates_by(
        self, labels: Sequence[Hashable], *, threshold: float, memory: float = np.inf
    ) -> dict[Hashable, tuple[float, int]]:
        """Return (alerts per 100 sessions, sessions) of each label (n,): session number, type, timing ..."""
        alarms = self.alarms(threshold, memory)
        places: dict[Hashable, list[int]] = {}
        for place, label in enumerate(labels):
            places.setdefault(label, []).append(place)
        return {label: (100.0 * float(alarms[rows].mean()), len(rows)) for label, rows in places.items()}


def alarm_statistic(predictions: HeldOut, *, least_excess: float = LEAST_EXCESS) -> Floats:
    """Return LR* of each score at least `least_excess` above its expected mean and above the patient's lowest
    earlier one of that timing, otherwise 0, (n_scores,).
    """
    panel = predictions.panel
    usual = np.maximum(predictions.p @ SCORE_VALUES, panel.lowest_earlier_of_timing)
    return np.where(panel.scores - usual >= least_excess, predictions.lr_star(), 0.0)


def control_limits(n_sessions: Ints, *, share: float) -> tuple[Floats, Floats]:
    """Return the 3-sigma limits of alerts per 100 sessions in months of n sessions, (n_months,) each."""
    spread = 3.0 * np.sqrt(share * (1.0 - share) / np.maximum(n_sessions, 1))
    return 100.0 * np.clip(share - spread, 0.0, 1.0), 100.0 * np.clip(share + spread, 0.0, 1.0)
