"""Whether a new Prior may replace the current one, judged on scores logged after the current one was fitted."""

from dataclasses import dataclass

import numpy as np

from courses.curve.panel import Panel
from courses.curve.prior import Prior
from courses.curve.scores import Bools, Floats, Ints
from courses.curve.study.folds import Fit, HeldOut, held_out, predicted_by
from courses.curve.study.scoring import log_scores, quality

MIN_SCORES = 200
COVERAGE_TO_ADOPT = (0.85, 0.95)
COVERAGE_TO_ALERT = (0.80, 0.97)


@dataclass(frozen=True)
class Comparison:
    """Mean log score of the candidate minus the current Prior's, standard error by patient, coverage of both."""

    n_scores: int
    n_patients: int
    difference: float
    standard_error: float
    coverage90: float
    current_coverage90: float

    @property
    def has_enough_scores(self) -> bool:
        return self.n_scores >= MIN_SCORES

    @property
    def is_adoptable(self) -> bool:
        """True if the candidate is better or as good, well covered, on at least 200 scores."""
        low, high = COVERAGE_TO_ADOPT
        return self.has_enough_scores and self.difference > -self.standard_error and low <= self.coverage90 <= high

    @property
    def is_coverage_alarming(self) -> bool:
        """True if staff should know that candidate or current Prior covers far too few or too many scores.

        If a well-covered Prior replaces the current one, the current one no longer matters.
        """
        low, high = COVERAGE_TO_ALERT
        both = (self.coverage90, self.current_coverage90)
        return self.has_enough_scores and not self.is_adoptable and not all(low <= one <= high for one in both)


def cluster_standard_error(values: Floats, *, clusters: Ints) -> float:
    """Return the standard error of the mean of values (n,) in independent clusters; 0 for one cluster."""
    _, index = np.unique(clusters, return_inverse=True)
    n_clusters = int(index.max(initial=-1)) + 1
    if n_clusters < 2:
        return 0.0
    sums = np.bincount(index, weights=values - values.mean())
    return float(np.sqrt(n_clusters / (n_clusters - 1) * (sums**2).sum()) / len(values))


def compare_held_out(current: HeldOut, *, candidate: HeldOut, is_new: Bools) -> Comparison:
    """Compare two sets of blind predictions of the same panel on the rows that are new and predictable."""
    rows = is_new & current.can_tell
    scores = current.scores[rows]
    if not len(scores):
        return Comparison(0, 0, 0.0, 0.0, 0.0, 0.0)
    gains = log_scores(candidate.p[rows], scores=scores) - log_scores(current.p[rows], scores=scores)
    patients = current.panel.patients[current.panel.course[rows]]
    return Comparison(
        n_scores=len(scores),
        n_patients=len(np.unique(patients)),
        difference=float(gains.mean()),
        standard_error=cluster_standard_error(gains, clusters=patients),
        coverage90=quality(candidate.p[rows], scores=scores).coverage90,
        current_coverage90=quality(current.p[rows], scores=scores).coverage90,
    )


def compare(
    current: Prior,
    candidate: Fit,
    panel: Panel,
    *,
    is_new: Bools | None = None,
    n_folds: int = 5,
    seed: int = 0,
) -> Comparison:
    """Compare a stored Prior with the candidate that `candidate` fits, on the panel's new rows.

    Both are blind: the current Prior was fitted before the new rows (n_scores,) were logged, the candidate is
    fitted again without each patient in turn.
    """
    before = predicted_by(current, panel)
    after = held_out(panel, fit=candidate, n_folds=n_folds, seed=seed)
    rows = np.ones(panel.n_scores, dtype=bool) if is_new is None else is_new
    return compare_held_out(before, candidate=after, is_new=rows)
