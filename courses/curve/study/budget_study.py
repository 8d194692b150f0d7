"""Does the alert budget hold? The realised rate on series and on simulated clinics."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from courses.curve.alarm.alert_threshold import threshold_for
from courses.curve.alarm.calibration import fold_fit
from courses.curve.alarm.sessions import LEAST_EXCESS, Sessions
from courses.curve.fit import fit_prior
from courses.curve.panel import Panel
from courses.curve.prior import SHIPPED_PRIOR, Prior, triple
from courses.curve.scores import Bools, Ints
from courses.curve.study.folds import HeldOut, held_out, predicted_by
from courses.curve.study.simulation import simulate

BUDGET_PER_100 = 5.0
N_TEST_PATIENTS = 150
SPREAD_OF_CLINICS = 0.2


@dataclass(frozen=True)
class Realised:
    """Alerts per 100 new sessions of a simulated clinic, and how many patients its threshold was learned
    from.
    """

    per_100: float
    n_patients: int
    n_scores: int


def simulated_clinic(*, n_patients: int, truth: Prior, rng: np.random.Generator) -> Panel:
    """Return a clinic whose patients come at different rates and stay away when they are well or much worse."""
    lengths = np.minimum(3 + rng.geometric(0.12, size=n_patients), 40)
    course = np.repeat(np.arange(n_patients), lengths)
    gaps = np.where(np.diff(course, prepend=-1) == 0, rng.choice([0.5, 1.0, 2.0], size=len(course)), 0.0)
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    running = np.cumsum(gaps)
    panel = Panel.of_rows(
        course,
        weeks=running - running[starts][course],
        scores=np.zeros(len(course)),
        timings=np.zeros(len(course), dtype=np.int64),
        group_names=("",),
        groups=np.zeros(n_patients, dtype=np.int64),
        patients=np.arange(n_patients),
        planned_end_weeks=np.full(n_patients, np.inf),
    )
    panel = panel.with_scores(simulate(truth, panel, rng=rng))
    return panel.only_rows(_stays(panel, rng=rng))


def _stays(panel: Panel, *, rng: np.random.Generator) -> Bools:
    """Return which rows are recorded: after a score of 0-1 or 8-10 one patient in four does not return."""
    leaves = ((panel.scores <= 1) | (panel.scores >= 8)) & (rng.random(panel.n_scores) < 0.25)
    n_left: Ints = np.cumsum(leaves) - leaves
    return np.asarray(n_left == n_left[panel.starts[panel.course]])


def random_truth(rng: np.random.Generator) -> Prior:
    """Return a clinic's own truth: the shipped Prior with every scale changed by about a fifth."""
    off = np.exp(SPREAD_OF_CLINICS * rng.standard_normal(5))
    covariance = np.array(SHIPPED_PRIOR.covariance) * off[0] ** 2
    return replace(
        SHIPPED_PRIOR,
        mean=(SHIPPED_PRIOR.mean[0] + 0.5 * rng.standard_normal(), *SHIPPED_PRIOR.mean[1:]),
        covariance=(triple(covariance[0]), triple(covariance[1]), triple(covariance[2])),
        noise=SHIPPED_PRIOR.noise * float(off[1]),
        noise_spread=SHIPPED_PRIOR.noise_spread * float(off[2]),
        carry=SHIPPED_PRIOR.carry * float(off[3]),
        carry_weeks=SHIPPED_PRIOR.carry_weeks * float(off[4]),
    )


def realised(*, seed: int, n_patients: int | None = None) -> Realised:
    """Calibrate one simulated clinic, then count alerts on the sessions of new patients of the same
    clinic.
    """
    rng = np.random.default_rng(seed)
    truth = random_truth(rng)
    drawn = int(rng.integers(10, 200))
    clinic = simulated_clinic(n_patients=n_patients or drawn, truth=truth, rng=rng)
    predictions = held_out(clinic, fit=fold_fit(), seed=seed, has_memory=True)
    threshold = threshold_for(Sessions.of(predictions), budget_per_100=BUDGET_PER_100, has_fixed_rules=False)
    prior = fit_prior(clinic, version="simulated", fitted_on="")
    later = simulated_clinic(n_patients=N_TEST_PATIENTS, truth=truth, rng=rng)
    sessions = Sessions.of(predicted_by(prior, later, has_memory=True))
    per_100 = sessions.rate_per_100(threshold.threshold, threshold.memory_threshold)
    return Realised(per_100, clinic.n_patients, clinic.n_scores)


def series_check(
    predictions: HeldOut,
    *,
    budget_per_100: float,
    is_fixed: Bools | None = None,
    n_resamples: int = 60,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the realised rate per 100 of a series calibrated by patient folds, and its standard error.

    LR* and memory, whatever the excess; all pain rules if rows with an alarm of a fixed rule (n_scores,) are
    given. The error comes from drawing the patients for calibration and for the test again, each separately.
    """
    rng = np.random.default_rng(seed)
    study = _Study(predictions, budget_per_100, is_fixed)
    rates = [study.rate(rng=None), *(study.rate(rng=rng) for _ in range(n_resamples))]
    return rates[0], float(np.std(rates[1:]))


@dataclass(frozen=True, eq=False)
class _Study:
    """A series in which every score is a session of its own."""

    predictions: HeldOut
    budget_per_100: float
    is_fixed: Bools | None

    @cached_property
    def sessions(self) -> Sessions:
        """What raises an alarm at each score."""
        return Sessions.of(self.predictions, is_fixed_alarm=self.is_fixed, least_excess=self.least_excess)

    @property
    def least_excess(self) -> float:
        return 0.0 if self.is_fixed is None else LEAST_EXCESS

    def rate(self, *, rng: np.random.Generator | None) -> float:
        """Return the alarms per 100 on the folds, each at the thresholds of the others."""
        panel, n_alarmed, n_sessions = self.predictions.panel, 0, 0
        fold = self.predictions.fold[panel.starts[:-1]]
        for number in np.unique(fold):
            learn = _drawn(panel.patients, fold != number, rng=rng)
            test = self._of(_drawn(panel.patients, fold == number, rng=rng))
            found = threshold_for(
                self._of(learn),
                budget_per_100=self.budget_per_100,
                has_fixed_rules=self.is_fixed is not None,
                least_excess=self.least_excess,
            )
            n_alarmed += test.n_alarmed(found.threshold, found.memory_threshold)
            n_sessions += test.n_sessions
        return 100.0 * n_alarmed / n_sessions

    def _of(self, courses: Ints) -> Sessions:
        """The sessions of some courses; a course that was drawn twice counts as two."""
        joint = self.sessions.joint
        if joint is None:
            raise ValueError("the predictions have no memory")
        part = joint.select(courses)
        rows = part.panel.source
        n_told = int(self.predictions.can_tell[rows].sum())
        each = np.arange(len(rows))
        return Sessions(part.lr, part.is_fixed, n_told, len(courses), part, each)


def _drawn(patients: Ints, chosen: Bools, *, rng: np.random.Generator | None) -> Ints:
    """The chosen courses, or those of as many of their patients drawn with replacement."""
    courses = np.flatnonzero(chosen)
    if rng is None:
        return courses
    names = np.unique(patients[courses])
    drawn = rng.choice(names, size=len(names))
    return np.concatenate([courses[patients[courses] == name] for name in drawn])
