"""What a course's curve says today: next score, line, shape, peak, relief; computed once for a page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from courses import curve
from courses.outlook import time_limit
from courses.outlook.picture import coming_week, primary_timing
from courses.priors.course_records import Record
from courses.rules.worse_than_start import Worse

N_LATEST = 3
# How far the latest scores may be from the first for a shape to be shown. A flare comes before its fall.
ALLOWED_CHANGE = {
    curve.ShapeName.STEADY: (-math.inf, 0.0),
    curve.ShapeName.FLARE_THEN_IMPROVE: (-math.inf, 0.9),
    curve.ShapeName.PLATEAU: (-math.inf, math.inf),
    curve.ShapeName.WORSENING: (0.0, math.inf),
}

LEAST_START, LEAST_SCORES = 3, 2


@dataclass(frozen=True)
class SoFar:
    """Observed relief: the first score before a session beside the last two."""

    start: int
    now: float

    @property
    def gain(self) -> float | None:
        """Relief as a share of the start; None if the start is below 3."""
        return 1 - self.now / self.start if self.start >= LEAST_START else None


@dataclass(frozen=True)
class Line:
    """The line at the first and the last score, and what is expected at the planned end."""

    start: float
    now: float
    end: float
    low90: int
    high90: int


@dataclass(frozen=True)
class CurveSays:
    """The curve's answers, each a value or the reason why there is none."""

    timing: str
    next_score: curve.NextScore | curve.CannotTell
    so_far: SoFar | None
    fitted_so_far: curve.Relief | curve.CannotTell
    relief_at_end: curve.Relief | curve.CannotTell
    shape: curve.Shape | None
    peak: curve.Peak | None
    n_scores: int
    prior_version: str
    # Timings whose latest scores are above the course's first, by the scores alone.
    worse: tuple[Worse, ...] = ()
    line: Line | None = None
    # How far the latest scores of the timing are above its first, by the scores alone.
    change: float | None = None

    @property
    def said_shape(self) -> curve.Shape | None:
        """The shape, where the next score can be estimated and the patient's own scores do not contradict it."""
        if (
            self.shape is None
            or self.worse
            or self.change is None
            or isinstance(self.next_score, curve.CannotTell)
        ):
            return None
        least, most = ALLOWED_CHANGE[self.shape.name]
        return self.shape if least <= self.change <= most else None

    @property
    def said_peak(self) -> curve.Peak | None:
        """The top, if the shape is shown."""
        return self.peak if self.said_shape else None

    @property
    def gain(self) -> float | None:
        """Relief so far as a share of the start, as observed."""
        return self.so_far.gain if self.so_far else None

    @property
    def fitted_gain(self) -> float | None:
        """Relief so far, as fitted: slower to follow a sudden change than the observed one."""
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
    """The first beside the last two before-scores, or beside the second alone; None if there is only one.

    If the last three are worse than the first, those are used, so that no text also claims relief.
    """
    before = [row.score for row in record.rows if row.timing == curve.Timing.BEFORE]
    if len(before) < LEAST_SCORES:
        return None
    worse = next((one for one in record.worse_than_start() if one.timing == curve.Timing.BEFORE), None)
    if worse is not None:
        return SoFar(before[0], worse.latest)
    latest = before[-2:] if len(before) > LEAST_SCORES else before[-1:]
    return SoFar(before[0], sum(latest) / len(latest))


def curve_says(
    record: Record,
    posterior: curve.CoursePosterior | None,
    *,
    next_week: float,
    timing: str | None = None,
    seconds: float | None = None,
) -> CurveSays | None:
    """What the posterior of a record says of a timing (the primary one by default); None before the first score.

    If the curve has no answer, only the observed values are given.
    """
    if not record.rows:
        return None
    timing = timing or primary_timing(record)
    ask = partial(_says, record, posterior, next_week=next_week, timing=timing) if posterior else None
    found = time_limit.answer(ask, seconds=seconds, course=record.course) if ask else None
    version = str(posterior.prior.version) if posterior else ""
    return found or _observed(record, timing=timing, prior_version=version)


def change_of(record: Record, timing: str) -> float | None:
    """How far the mean of the latest three scores of a timing (after the first) is above the first."""
    scores = [row.score for row in record.rows if row.timing == timing]
    latest = scores[1:][-N_LATEST:]
    return sum(latest) / len(latest) - scores[0] if latest else None


def _observed(record: Record, *, timing: str, prior_version: str) -> CurveSays:
    silence = curve.CannotTell(curve.Unknown.NO_ANSWER, 0, 0, prior_version)
    return CurveSays(
        timing=timing,
        next_score=silence,
        so_far=so_far_of(record),
        fitted_so_far=silence,
        relief_at_end=silence,
        shape=None,
        peak=None,
        n_scores=len(record.rows),
        prior_version=prior_version,
        worse=tuple(record.worse_than_start()),
        change=change_of(record, timing),
    )


def _says(record: Record, posterior: curve.CoursePosterior, *, next_week: float, timing: str) -> CurveSays:
    last = record.week(record.rows[-1].scored_at)
    next_score = posterior.next_score(coming_week(record, next_week), curve.Timing(timing))
    fitted = posterior.relief(last)
    tells = not isinstance(next_score, curve.CannotTell)
    end = max(record.planned_end_week, last)
    shape, peak = posterior.outline(end, curve.Timing(timing)) if tells else (None, None)
    return CurveSays(
        timing=timing,
        next_score=next_score,
        so_far=so_far_of(record),
        fitted_so_far=fitted,
        relief_at_end=posterior.relief(end),
        shape=shape,
        peak=peak,
        n_scores=len(record.rows),
        prior_version=str(posterior.prior.version),
        worse=tuple(record.worse_than_start()),
        line=_line(record, posterior, timing=timing) if tells else None,
        change=change_of(record, timing),
    )


def _line(record: Record, posterior: curve.CoursePosterior, *, timing: str) -> Line:
    last = record.week(record.rows[-1].scored_at)
    start, now = posterior.level(np.array([0.0, last]), curve.Timing(timing)).tolist()
    end = coming_week(record, record.planned_end_week)
    expected = posterior.bands(np.array([end]), curve.Timing(timing))
    low90, high90 = expected.whole90[0]
    return Line(start, now, float(expected.mean[0]), low90, high90)
