"""Simulated clinics in which 5 patients in 100 get worse: is the budget kept, and who is found, how soon?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.fixed import fixed_rows
from courses.curve import Panel, Sessions, fit_prior, fold_fit, held_out, predicted_by, threshold_for
from courses.curve.alarm.alert_threshold import MIN_SHARE_PER_100, spendable_per_100
from courses.curve.scores import HIGHEST_SCORE, Floats, Ints
from courses.curve.study.budget_study import N_TEST_PATIENTS, random_truth, simulated_clinic

SHARE_WORSENING = 0.05
# A course gets worse at its fourth score at the earliest, and has at least one more.
FIRST_START, N_AFTER = 3, 2
LASTING, PER_SESSION = 3.0, 0.5
FEWEST_PATIENTS, MOST_PATIENTS = 10, 200


@dataclass(frozen=True, eq=False)
class Worsening:
    """A panel with some courses made worse: sessions since the start of each row, 1 for the start itself, 0 before
    it and in all other courses (n_scores,).
    """

    panel: Panel
    k: Ints


def worsened(panel: Panel, *, rng: np.random.Generator) -> Worsening:
    """Make 5 patients in 100 worse from a session on: half by 3 points that last, half by 1/2 a session."""
    can = np.flatnonzero(panel.lengths >= FIRST_START + N_AFTER)
    n = min(int(rng.binomial(panel.n_courses, SHARE_WORSENING)), len(can))
    start = np.full(panel.n_courses, -1)
    for course in rng.choice(can, size=n, replace=False):
        start[course] = rng.integers(FIRST_START, panel.lengths[course] - N_AFTER + 1)
    is_slow = rng.random(panel.n_courses) < 0.5
    begun = start[panel.course]
    k = np.where(begun >= 0, np.maximum(panel.step - begun + 1, 0), 0)
    by = np.where(is_slow[panel.course], np.floor(PER_SESSION * (k + 1)), LASTING) * (k > 0)
    return Worsening(panel.with_scores(np.minimum(panel.scores + by, HIGHEST_SCORE)), k)


@dataclass(frozen=True, eq=False)
class Clinic:
    """A simulated clinic's new patients: alerts per 100 sessions, what could be spent and what the fixed
    rules alone raised, per 100; for each worsening course the session of the first alert from the start on, 0 for
    none (n,), and its number of sessions from then on (n,); alerts per 100 sessions of all others.
    """

    realised: float
    spendable: float
    fixed: float
    found_at: Ints
    n_after: Ints
    others: float

    def wanted(self, budget_per_100: float) -> float:
        """The rate at which a budget can be met: see docs/curve.md, spendable."""
        return min(max(budget_per_100, self.fixed + MIN_SHARE_PER_100), self.spendable)


def clinic(*, seed: int, budget_per_100: float) -> Clinic:
    """Calibrate one simulated clinic on its own courses, then count alerts on new patients of the same clinic."""
    rng = np.random.default_rng(seed)
    truth = random_truth(rng)
    n_patients = int(rng.integers(FEWEST_PATIENTS, MOST_PATIENTS))
    known = worsened(simulated_clinic(n_patients=n_patients, truth=truth, rng=rng), rng=rng).panel
    predictions = held_out(known, fit=fold_fit(), seed=seed, has_memory=True)
    past = Sessions.of(predictions, is_fixed_alarm=fixed_rows(predictions))
    threshold = threshold_for(past, budget_per_100=budget_per_100)
    prior = fit_prior(known, version="simulated", fitted_on="")
    coming = worsened(simulated_clinic(n_patients=N_TEST_PATIENTS, truth=truth, rng=rng), rng=rng)
    told = predicted_by(prior, coming.panel, has_memory=True)
    each = np.arange(coming.panel.n_scores)
    sessions = Sessions.of(told, is_fixed_alarm=fixed_rows(told), session=each)
    alarms = sessions.alarms(threshold.threshold, threshold.memory_threshold)
    found_at, n_after = _found(coming, alarms.astype(float))
    is_other = np.bincount(coming.panel.course, weights=coming.k)[coming.panel.course] == 0
    return Clinic(
        realised=100.0 * float(alarms.mean()),
        spendable=spendable_per_100(sessions),
        fixed=sessions.fixed_per_100,
        found_at=found_at,
        n_after=n_after,
        others=100.0 * float(alarms[is_other].mean()),
    )


def _found(coming: Worsening, alarms: Floats) -> tuple[Ints, Ints]:
    """For each worsening course the first alert since the start, 0 for none, and its sessions since, (n,) each."""
    courses = np.unique(coming.panel.course[coming.k > 0])
    found_at, n_after = np.zeros((2, len(courses)), dtype=np.int64)
    for place, course in enumerate(courses):
        rows = np.flatnonzero((coming.panel.course == course) & (coming.k > 0))
        alarmed = coming.k[rows][alarms[rows] > 0]
        found_at[place] = alarmed.min(initial=coming.k.max() + 1) if len(alarmed) else 0
        n_after[place] = len(rows)
    return found_at, n_after
