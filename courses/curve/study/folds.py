"""Held-out predictions: every score predicted under a Prior that has not seen its patient."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from courses.curve.alarm.shift_memory import N_ALLOWED, panel_memory
from courses.curve.panel import Panel
from courses.curve.predictive import running_likelihood_ratio
from courses.curve.prior import Prior
from courses.curve.scores import Bools, Floats, Ints
from courses.curve.sequential import sequential_predictions

Fit = Callable[[Panel], Prior]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Per row of the panel: p, that of the curve without good sessions kept, and that raised by 3, each (n_scores,
    11), whether it can be predicted, its fold; M by how many starts are allowed, (n_scores, 4), if requested.

    Sentences about a score use p, the alarm uses the curve alone.
    """

    panel: Panel
    p: Floats
    curve: Floats
    raised: Floats
    can_tell: Bools
    fold: Ints
    memory: Floats | None = None

    @property
    def scores(self) -> Ints:
        """Observed scores, (n_scores,)."""
        return self.panel.scores.astype(np.int64)

    def lr_star(self) -> Floats:
        """Return LR* of each observed score, 0 if the curve has no answer, (n_scores,)."""
        rows = np.arange(self.panel.n_scores)
        observed = running_likelihood_ratio(self.curve, raised=self.raised)[rows, self.scores]
        return np.where(self.can_tell, observed, 0.0)


def patient_folds(panel: Panel, *, n_folds: int, seed: int) -> Ints:
    """Return the fold of each course, (n_courses,): shuffled by the seed, all courses of a patient
    together.
    """
    patients, index = np.unique(panel.patients, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(patients))
    fold = np.empty(len(patients), dtype=np.int64)
    fold[shuffled] = np.arange(len(patients)) % n_folds
    return np.asarray(fold[index])


def held_out(
    panel: Panel,
    *,
    fit: Fit,
    n_folds: int = 5,
    seed: int = 0,
    has_memory: bool = False,
    progress: Progress | None = None,
) -> HeldOut:
    """Predict each score from its course's earlier ones, under a Prior fitted to the other folds."""
    course_fold = patient_folds(panel, n_folds=n_folds, seed=seed)
    p, curve, raised = np.full((3, panel.n_scores, 11), 1.0 / 11.0)
    can_tell = np.zeros(panel.n_scores, dtype=bool)
    memory = np.zeros((panel.n_scores, N_ALLOWED)) if has_memory else None
    row_fold = course_fold[panel.course]
    for fold in range(n_folds):
        rows = row_fold == fold
        if rows.any():
            prior = fit(panel.select(course_fold != fold))
            found = predicted_by(prior, panel.select(course_fold == fold), has_memory=has_memory)
            p[rows], curve[rows], raised[rows] = found.p, found.curve, found.raised
            can_tell[rows] = found.can_tell
            if memory is not None and found.memory is not None:
                memory[rows] = found.memory
        if progress is not None:
            progress(fold + 1, n_folds)
    return HeldOut(panel, p, curve, raised, can_tell, row_fold, memory)


def predicted_by(prior: Prior, panel: Panel, *, has_memory: bool = False) -> HeldOut:
    """Predict each score from its course's earlier ones under one Prior that was fitted elsewhere."""
    found = sequential_predictions(prior, panel)
    memory = panel_memory(prior, panel, p=found.curve) if has_memory else None
    fold = np.zeros(panel.n_scores, dtype=np.int64)
    return HeldOut(panel, found.p, found.curve, found.raised, found.can_tell, fold, memory)
