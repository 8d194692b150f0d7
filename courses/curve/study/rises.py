"""The protocol for rises: how soon the joint alarm notices a rise that is added to held-out courses.

A held-out course of at least 7 scores gets, from a start drawn between its 4th and its 4th-last score: 2 or 3
points that last, half a point more each session, or 3 points once. It is predicted again under the Prior of its
fold. The thresholds give the joint alarm, with restart, a rate of 2.5 % of the predicted scores of the untouched
series.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from courses.curve.alarm.joint import SINGLE_SHARE, JointStatistic, joint_thresholds
from courses.curve.alarm.shift_memory import N_ALLOWED
from courses.curve.panel import Panel
from courses.curve.prior import Prior
from courses.curve.scores import HIGHEST_SCORE, Bools, Floats, Ints
from courses.curve.study.folds import Fit, HeldOut, Progress, patient_folds, predicted_by
from courses.curve.study.scoring import FALSE_ALARM_RATE, error_by_subject

LEAST_SCORES = 7
FIRST_START, LAST_START = 3, 4
UNTOUCHED = "none"
KINDS = ("lasting2", "lasting3", "drift", "once3")
DRIFT_PER_SESSION = 0.5
# By which session, counted from the start as the first, each figure expects an alarm.
FIGURES: Mapping[str, tuple[str, int]] = {
    "lasting2_by4": ("lasting2", 4),
    "drift_by4": ("drift", 4),
    "lasting3_by2": ("lasting3", 2),
    "once3": ("once3", 1),
}
RISE_COLUMNS = ("subject", "week", "score", "kind", "k", "lr", "memory", "alarm", "told", "alarmed", "fold")


@dataclass(frozen=True, eq=False)
class Rises:
    """Courses of one kind as they were predicted: sessions since the start, 1 for the start itself, 0 before it
    (n,); LR* and M of each score.
    """

    kind: str
    k: Ints
    told: Bools
    fold: Ints
    statistic: JointStatistic


@dataclass(frozen=True)
class Draws:
    """Where each course's rise begins, -1 if it is too short, and numbers that round half points, (n_courses,)."""

    start: Ints
    fraction: Floats

    @classmethod
    def of(cls, panel: Panel, *, seed: int) -> "Draws":
        """Draw for every course, used or not, so that one course's draw depends on no other's length."""
        rng = np.random.default_rng([seed, LEAST_SCORES])
        where, fraction = rng.random((2, panel.n_courses))
        n_starts = panel.lengths - LAST_START - FIRST_START + 1
        start = FIRST_START + np.floor(where * np.maximum(n_starts, 1)).astype(np.int64)
        return cls(np.where(panel.lengths >= LEAST_SCORES, start, -1), fraction)

    def k(self, panel: Panel) -> Ints:
        """Sessions since the start of each row, 1 for the start itself, 0 before it, (n_scores,)."""
        start = self.start[panel.course]
        return np.where(start >= 0, np.maximum(panel.step - start + 1, 0), 0)

    def risen(self, panel: Panel, kind: str) -> Floats:
        """Return the scores with a rise added, 10 at most, (n_scores,)."""
        k = self.k(panel)
        by = {
            "lasting2": 2.0 * (k > 0),
            "lasting3": 3.0 * (k > 0),
            "drift": np.floor(DRIFT_PER_SESSION * k + self.fraction[panel.course]) * (k > 0),
            "once3": 3.0 * (k == 1),
        }[kind]
        return np.asarray(np.minimum(panel.scores + by, HIGHEST_SCORE))


def predict_rises(
    panel: Panel,
    *,
    fit: Fit,
    n_folds: int = 5,
    seed: int = 0,
    kinds: Sequence[str] = KINDS,
    progress: Progress | None = None,
) -> tuple[HeldOut, list[Rises]]:
    """Return the untouched series as predicted, then it and each kind of rise with their statistics."""
    course_fold = patient_folds(panel, n_folds=n_folds, seed=seed)
    draws = Draws.of(panel, seed=seed)
    priors: dict[int, Prior] = {}
    for fold in range(n_folds):
        if (course_fold == fold).any():
            priors[fold] = fit(panel.select(course_fold != fold))
        if progress is not None:
            progress(fold + 1, n_folds)
    untouched, base = _predicted(
        panel, priors, course_fold, kind=UNTOUCHED, k=np.zeros(panel.n_scores, dtype=np.int64)
    )
    found, long = [base], draws.start >= 0
    for kind in kinds if long.any() else ():
        risen = panel.with_scores(draws.risen(panel, kind)).select(long)
        found.append(
            _predicted(risen, priors, course_fold[long], kind=kind, k=draws.k(panel)[long[panel.course]])[1]
        )
    return untouched, found


def _predicted(
    panel: Panel, priors: Mapping[int, Prior], course_fold: Ints, *, kind: str, k: Ints
) -> tuple[HeldOut, Rises]:
    p, curve, raised = np.full((3, panel.n_scores, 11), 1.0 / 11.0)
    told, memory = np.zeros(panel.n_scores, dtype=bool), np.zeros((panel.n_scores, N_ALLOWED))
    row_fold = course_fold[panel.course]
    for fold, prior in priors.items():
        rows = row_fold == fold
        found = predicted_by(prior, panel.select(course_fold == fold), has_memory=True)
        p[rows], curve[rows], raised[rows] = found.p, found.curve, found.raised
        told[rows], memory[rows] = found.can_tell, found.memory
    held = HeldOut(panel, p, curve, raised, told, row_fold, memory)
    each = np.arange(panel.n_scores)
    statistic = JointStatistic.of(panel, lr=held.lr_star(), memory=memory, session=each)
    return held, Rises(kind, k, told, row_fold, statistic)


@dataclass(frozen=True)
class Caught:
    """Share of courses whose rise is noticed in time, of how many, and its standard error by subject."""

    share: float
    n: int
    error: float


@dataclass(frozen=True, eq=False)
class RiseFigures:
    """The thresholds at the protocol's rate, the rate they give, and the share caught: by both together, and by
    LR* alone at the same rate.
    """

    lr: float
    memory: float
    false_alarms: float
    n_told: int
    joint: Mapping[str, Caught]
    single: Mapping[str, Caught]

    def joint_statistic(self, rises: "Rises") -> Floats:
        """Return the larger of LR* and M, each over its threshold (n,); M of starts after the last alarm only."""
        _, counted = rises.statistic.scan(lr=self.lr, memory=self.memory)
        return np.maximum(rises.statistic.lr / self.lr, counted / self.memory)


def figures_of(
    found: Sequence[Rises], *, rate: float = FALSE_ALARM_RATE, single_share: float = SINGLE_SHARE
) -> RiseFigures:
    """Return the figures of the protocol; NaN shares if no course is long enough."""
    base = found[0]
    if not base.told.any():
        nothing = {name: Caught(math.nan, 0, math.nan) for name in FIGURES}
        return RiseFigures(math.nan, math.nan, math.nan, 0, nothing, nothing)
    lr, memory = joint_thresholds(base.statistic, told=base.told, rate=rate, single_share=single_share)
    alone = float(np.quantile(base.statistic.lr[base.told], 1.0 - rate))
    alarms, _ = base.statistic.scan(lr=lr, memory=memory)
    by_kind = {one.kind: one for one in found}
    joint, single = (
        {
            name: _caught(by_kind.get(kind), last=last, lr=one, memory=other)
            for name, (kind, last) in FIGURES.items()
        }
        for one, other in ((lr, memory), (alone, math.inf))
    )
    return RiseFigures(lr, memory, float(alarms[base.told].mean()), int(base.told.sum()), joint, single)


def _caught(rises: Rises | None, *, last: int, lr: float, memory: float) -> Caught:
    if rises is None:
        return Caught(math.nan, 0, math.nan)
    alarms, _ = rises.statistic.scan(lr=lr, memory=memory)
    in_time = alarms & (rises.k >= 1) & (rises.k <= last)
    panel = rises.statistic.panel
    is_caught = np.bincount(panel.course, weights=in_time, minlength=panel.n_courses) > 0
    error = error_by_subject(is_caught, subjects=panel.patients)
    return Caught(float(is_caught.mean()), panel.n_courses, error)


def as_numbers(figures: RiseFigures) -> dict[str, float | int | None]:
    """Return them as plain numbers, each share with its n and its standard error; None without courses."""
    values: dict[str, float | int] = {
        "rises_n_told": figures.n_told,
        "rises_false_alarms": figures.false_alarms,
        "rises_lr_threshold": figures.lr,
        "rises_memory_threshold": figures.memory,
    }
    for suffix, caught in (("", figures.joint), ("_lr_alone", figures.single)):
        for name, one in caught.items():
            values |= {f"{name}{suffix}": one.share, f"{name}{suffix}_n": one.n, f"{name}{suffix}_se": one.error}
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def write_rises(found: Sequence[Rises], figures: RiseFigures, *, subjects: Sequence[str], file: TextIO) -> None:
    """Write one CSV row per score, the untouched series first; `alarm` above 1 is an alarm."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(RISE_COLUMNS)
    for one in found:
        statistic = one.statistic
        panel = statistic.panel
        joint = figures.joint_statistic(one)
        for row in range(panel.n_scores):
            writer.writerow(
                [
                    subjects[panel.patients[panel.course[row]]],
                    repr(float(panel.weeks[row])),
                    int(panel.scores[row]),
                    one.kind,
                    int(one.k[row]),
                    f"{statistic.lr[row]:.8g}",
                    f"{statistic.memory[row, -1]:.8g}",
                    f"{joint[row]:.8g}",
                    int(one.told[row]),
                    int(joint[row] > 1.0),
                    int(one.fold[row]),
                ]
            )
