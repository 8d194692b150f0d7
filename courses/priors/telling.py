"""What a course's curve says today: next score, shape, peak, relief; computed once for a page or a letter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from courses import curve
from courses.priors import guard
from courses.priors.picture import primary_timing
from courses.priors.rows import Record
from courses.rules.worse_than_start import Worse

LEAST_START, LEAST_SCORES = 3, 2


@dataclass(frozen=True)
class SoFar:
    """Relief as it was observed: the first score before a session beside the last two."""

    start: int
    now: float

    @property
    def gain(self) -> float | None:
        """Relief as a share of the start; None where that is below 3."""
        return 1 - self.now / self.start if self.start >= LEAST_START else None


@dataclass(frozen=True)
class CurveSays:
    """The curve's answers, each a value or why it cannot tell."""

    timing: str
    next_score: curve.NextScore | curve.CannotTell
    so_far: SoFar | None
    fitted_so_far: curve.Relief | curve.CannotTell
    relief_at_end: curve.Relief | curve.CannotTell
    shape: curve.Shape | None
    peak: curve.Peak | None
    n_scores: int
    prior_version: str
    # Timings whose latest scores lie above the course's first: by the scores alone.
    worse: tuple[Worse, ...] = ()

    @property
    def gain(self) -> float | None:
        """Relief so far, as observed, as a share of the start."""
        return self.so_far.gain if self.so_far else None

    @property
    def fitted_gain(self) -> float | None:
        """Relief so far, as fitted: slower to follow a sudden change than what was observed."""
        fitted = self.fitted_so_far
        return None if isinstance(fitted, curve.CannotTell) else fitted.expected_gain

    @property
    def relief30(self) -> float | None:
        """The chance of at least 30 % relief at the planned end."""
        return None if isinstance(self.relief_at_end, curve.CannotTell) else self.relief_at_end.p30

    @property
    def relief50(self) -> float | None:
        """The chance of at least 50 % relief at the planned end."""
        return None if isinstance(self.relief_at_end, curve.CannotTell) else self.relief_at_end.p50


def so_far_of(record: Record) -> SoFar | None:
    """The first beside the last two before-scores, or the second alone; None where there is one."""
    before = [row.score for row in record.rows if row.timing == curve.Timing.BEFORE]
    if len(before) < LEAST_SCORES:
        return None
    latest = before[-2:] if len(before) > LEAST_SCORES else before[-1:]
    return SoFar(before[0], sum(latest) / len(latest))


def curve_says(
    record: Record, posterior: curve.CoursePosterior | None, *, next_week: float, seconds: float | None = None
) -> CurveSays | None:
    """What the posterior of a record says; None before the first score.

    Where the curve gives no answer what was observed stands alone, and the rest says that it cannot tell.
    """
    if not record.rows:
        return None
    ask = partial(_says, record, posterior, next_week=next_week) if posterior else None
    found = guard.answer(ask, seconds=seconds, course=record.course) if ask else None
    return found or _observed(record, prior_version=str(posterior.prior.version) if posterior else "")


def _observed(record: Record, *, prior_version: str) -> CurveSays:
    silence = curve.CannotTell(curve.Unknown.NO_ANSWER, 0, 0, prior_version)
    return CurveSays(
        timing=primary_timing(record),
        next_score=silence,
        so_far=so_far_of(record),
        fitted_so_far=silence,
        relief_at_end=silence,
        shape=None,
        peak=None,
        n_scores=len(record.rows),
        prior_version=prior_version,
        worse=tuple(record.worse_than_start()),
    )


def _says(record: Record, posterior: curve.CoursePosterior, *, next_week: float) -> CurveSays:
    timing, end = primary_timing(record), record.planned_end_week
    last = record.week(record.rows[-1].scored_at)
    next_score = posterior.next_score(max(next_week, last), curve.Timing(timing))
    fitted = posterior.relief(last)
    tells = not isinstance(fitted, curve.CannotTell) or fitted.reason_code != curve.Unknown.TOO_FEW_SCORES
    end = max(end, last)
    return CurveSays(
        timing=timing,
        next_score=next_score,
        so_far=so_far_of(record),
        fitted_so_far=fitted,
        relief_at_end=posterior.relief(end),
        shape=posterior.shape(end) if tells else None,
        peak=posterior.peak(end) if tells else None,
        n_scores=len(record.rows),
        prior_version=str(posterior.prior.version),
        worse=tuple(record.worse_than_start()),
    )
