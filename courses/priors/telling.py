"""What a course's curve says today: next score, shape, peak, relief; computed once for a page or a letter."""

from __future__ import annotations

from dataclasses import dataclass

from courses import curve
from courses.priors.picture import primary_timing
from courses.priors.rows import Record


@dataclass(frozen=True)
class CurveSays:
    """The curve's answers, each a value or why it cannot tell."""

    timing: str
    next_score: curve.NextScore | curve.CannotTell
    relief_so_far: curve.Relief | curve.CannotTell
    relief_at_end: curve.Relief | curve.CannotTell
    shape: curve.Shape | None
    peak: curve.Peak | None
    n_scores: int
    prior_version: str

    @property
    def gain(self) -> float | None:
        """Relief so far as a share of the start."""
        so_far = self.relief_so_far
        return None if isinstance(so_far, curve.CannotTell) else so_far.expected_gain

    @property
    def relief30(self) -> float | None:
        """The chance of at least 30 % relief at the planned end."""
        return None if isinstance(self.relief_at_end, curve.CannotTell) else self.relief_at_end.p30

    @property
    def relief50(self) -> float | None:
        """The chance of at least 50 % relief at the planned end."""
        return None if isinstance(self.relief_at_end, curve.CannotTell) else self.relief_at_end.p50


def curve_says(record: Record, posterior: curve.CoursePosterior, *, next_week: float) -> CurveSays:
    """What the posterior of a record with at least one score says."""
    timing, end = primary_timing(record), record.planned_end_week
    last = record.week(record.rows[-1].scored_at)
    next_score = posterior.next_score(max(next_week, last), curve.Timing(timing))
    so_far = posterior.relief(last)
    tells = not isinstance(so_far, curve.CannotTell) or so_far.reason_code != curve.Unknown.TOO_FEW_SCORES
    end = max(end, last)
    return CurveSays(
        timing=timing,
        next_score=next_score,
        relief_so_far=so_far,
        relief_at_end=posterior.relief(end),
        shape=posterior.shape(end) if tells else None,
        peak=posterior.peak(end) if tells else None,
        n_scores=len(record.rows),
        prior_version=str(posterior.prior.version),
    )
