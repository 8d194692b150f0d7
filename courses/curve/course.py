"""One course under a Prior, and the answers of its curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from courses.curve.panel import Panel
from courses.curve.predictive import (
    SCORE_VALUES,
    Mixture,
    quantile_scores,
    running_likelihood_ratio,
    spread_quantiles,
    upper_tails,
)
from courses.curve.prior import Prior
from courses.curve.results import Bands, CannotTell, NextScore, Peak, Relief, Shape, Unknown
from courses.curve.scores import HIGHEST_SCORE, TIMING_CODE, CourseScores, Floats, Timing
from courses.curve.sequential import MIN_EARLIER_SCORES, next_scores, predict_rows
from courses.curve.shapes import peak_of, shape_of
from courses.curve.smoothed import Account, Smoothed, mean_levels

MIN_SCORES = MIN_EARLIER_SCORES + 1
MIN_START = 3.0
# A noise level less likely than this changes no bound by a hundred-thousandth.
SMALLEST_WEIGHT = 1e-7
SMALLEST_SD = 1e-9
LEVELS = np.array([0.05, 0.25, 0.75, 0.95])
_GRID = np.linspace(0.0, HIGHEST_SCORE, 81)


@dataclass(frozen=True, eq=False)
class CoursePosterior:
    """The posterior of one course; every answer is computed from the stored Prior and the scores alone."""

    prior: Prior
    course: CourseScores

    @property
    def n_scores(self) -> int:
        return len(self.course)

    def next_score(self, week: float, timing: Timing) -> NextScore | CannotTell:
        """Return the distribution of a coming score; scores later than `week` are not used."""
        earlier = self._panel if week >= self._last_week else Panel.of([self.course.until(week)])
        code = TIMING_CODE[timing]
        n_earlier = int((earlier.timings == code).sum())
        if n_earlier < MIN_EARLIER_SCORES:
            return self._cannot_tell(Unknown.TOO_FEW_SCORES, have=n_earlier + 1, need=MIN_SCORES)
        panel = earlier.with_next(weeks=np.array([float(week)]), timings=np.array([code]))
        p, curve, raised = predict_rows(self.prior, panel, rows=np.array([earlier.n_scores]))
        low5, low25, high75, high95 = quantile_scores(p, levels=LEVELS)[0].tolist()
        return NextScore(
            week=float(week),
            timing=Timing(timing),
            p=p[0],
            tail=upper_tails(p)[0],
            lr_star=running_likelihood_ratio(curve, raised=raised)[0],
            mean=float(p[0] @ SCORE_VALUES),
            interval50=(low25, high75),
            interval90=(low5, high95),
            n_scores=earlier.n_scores,
            prior_version=self.prior.version,
        )

    def next_means(self, week: float, timings: Sequence[Timing]) -> list[float | None]:
        """Return the expected mean of a coming score of each timing, None if it is not known yet; the same as
        `next_score` gives, at the cost of one.
        """
        copies = np.zeros(len(timings), dtype=np.int64)
        panel = Panel.of([self.course.until(week)]).select(copies)
        codes = np.array([TIMING_CODE[timing] for timing in timings], dtype=np.int64)
        found = next_scores(self.prior, panel, weeks=np.full(len(timings), float(week)), timings=codes)
        means = (found.p @ SCORE_VALUES).tolist()
        return [mean if is_told else None for mean, is_told in zip(means, found.can_tell.tolist(), strict=True)]

    def bands(self, weeks: Floats, timing: Timing) -> Bands:
        """Return the level and its bands at weeks (n,): up to the last score what the scores so far say about
        those weeks, after it what to expect of a coming score, the same numbers as `next_score`.
        """
        weeks = np.asarray(weeks, dtype=float)
        is_ahead = weeks > self._last_week
        found = np.empty((len(weeks), 1 + len(LEVELS)))
        found[~is_ahead] = self._fitted(weeks[~is_ahead], timing)
        found[is_ahead] = self._expected(weeks[is_ahead], timing)
        mean, low90, low50, high50, high90 = found.T
        return Bands(
            timing=Timing(timing),
            weeks=weeks,
            mean=mean,
            lower50=low50,
            upper50=high50,
            lower90=low90,
            upper90=high90,
            n_scores=self.n_scores,
            prior_version=self.prior.version,
        )

    def level(self, weeks: Floats, timing: Timing) -> Floats:
        """Return the line at weeks (n,), within 0..10; weeks after the last score as the last score's."""
        seen = np.minimum(np.asarray(weeks, dtype=float), self._last_week)
        return mean_levels(self._smoothed.mixture(seen, timing, noise=0.0))

    def relief(self, at_week: float) -> Relief | CannotTell:
        """Return the chance of relief at a week: latent end against latent start of the before-scores.

        Up to the last score start, end and gain are those of the line.
        """
        if self.n_scores < MIN_SCORES:
            return self._cannot_tell(Unknown.TOO_FEW_SCORES, have=self.n_scores, need=MIN_SCORES)
        start, end = self.level(np.array([0.0, float(at_week)]), Timing.BEFORE).tolist()
        if at_week > self._last_week:
            end = float(self._projected(at_week))
        if start < MIN_START:
            return self._cannot_tell(Unknown.START_TOO_LOW, have=start, need=MIN_START)
        return Relief(
            at_week=float(at_week),
            p30=self._p_at_most(at_week, share=0.7),
            p50=self._p_at_most(at_week, share=0.5),
            expected_gain=1.0 - end / start,
            start=start,
            end=end,
            n_scores=self.n_scores,
            prior_version=self.prior.version,
        )

    def outline(self, end_week: float, timing: Timing = Timing.BEFORE) -> tuple[Shape, Peak | None]:
        """Return the probability of each shape of the line up to a week, and its top.

        A change below one point is a plateau; no top unless it is certainly within the course, clear of its start.
        """
        paths = self._smoothed.paths(end_week, timing)
        n, version = self.n_scores, self.prior.version
        peak = peak_of(paths, last_week=self._last_week, n_scores=n, prior_version=version)
        return shape_of(paths, n_scores=n, prior_version=version), peak

    def shape(self, end_week: float, timing: Timing = Timing.BEFORE) -> Shape:
        """Return the probability of each shape of the line up to a week."""
        return self.outline(end_week, timing)[0]

    def peak(self, end_week: float, timing: Timing = Timing.BEFORE) -> Peak | None:
        """Return the top of the line up to a week, if there is one."""
        return self.outline(end_week, timing)[1]

    @cached_property
    def _last_week(self) -> float:
        return float(self.course.weeks.max(initial=0.0))

    @cached_property
    def _panel(self) -> Panel:
        return Panel.of([self.course])

    @cached_property
    def _own(self) -> Account:
        """The course under the unchanged Prior."""
        return self._smoothed.accounts[0]

    @cached_property
    def _smoothed(self) -> Smoothed:
        return Smoothed.of(self.prior, self._panel)

    def _fitted(self, weeks: Floats, timing: Timing) -> Floats:
        """Return mean, 5 %, 25 %, 75 % and 95 % points of a score around the line, (n, 5)."""
        if not len(weeks):
            return np.empty((0, 1 + len(LEVELS)))
        found = self._smoothed.mixture(weeks, timing, noise=1.0)
        return np.column_stack([mean_levels(found), _quantiles(found, levels=LEVELS)])

    def _expected(self, weeks: Floats, timing: Timing) -> Floats:
        """Return the same of a coming score, from its distribution over 0..10, (n, 5)."""
        if not len(weeks):
            return np.empty((0, 1 + len(LEVELS)))
        copies = self._panel.select(np.zeros(len(weeks), dtype=np.int64))
        panel = copies.with_next(weeks=weeks, timings=np.full(len(weeks), TIMING_CODE[timing]))
        p, _, _ = predict_rows(self.prior, panel, rows=panel.starts[1:] - 1)
        return np.column_stack([p @ SCORE_VALUES, spread_quantiles(p, levels=LEVELS)])

    def _projected(self, week: float) -> float:
        """Return where the level is expected at a week after the last score."""
        weeks = np.array([float(week)])
        levels = self._own.levels(weeks, Timing.BEFORE)
        return float(mean_levels(self._own.mixture(levels, shift=self._own.shift(weeks), noise=0.0))[0])

    def _p_at_most(self, week: float, *, share: float) -> float:
        """Return P(latent level at the week <= share of the latent start)."""
        weeks, weights = np.array([0.0, float(week)]), np.array([-share, 1.0])
        levels = self._own.levels(weeks, Timing.BEFORE).contrast(weights)
        shift = np.array([self._own.shift(weeks) @ weights])
        excess = self._own.mixture(levels, shift=shift, noise=0.0)
        below = ndtr(-excess.means / np.maximum(excess.sds, SMALLEST_SD))
        return float((excess.weights * below).sum())

    def _cannot_tell(self, reason: Unknown, *, have: float, need: float) -> CannotTell:
        return CannotTell(reason, have, need, self.prior.version)


def condition(prior: Prior, course: CourseScores) -> CoursePosterior:
    """Return the posterior of one course under a Prior (Laird & Ware 1982), exact given the noise grid."""
    return CoursePosterior(prior, course)


def _quantiles(found: Mixture, *, levels: Floats) -> Floats:
    """Return quantiles of each mixture within 0..10, (n, n_levels), to about a hundredth."""
    counts = found.weights.max(axis=0) > SMALLEST_WEIGHT
    means, sds = found.means[:, counts, None], found.sds[:, counts, None]
    below = np.einsum("nk,nkg->ng", found.weights[:, counts], ndtr((_GRID - means) / sds))
    return np.array([np.interp(levels, row, _GRID) for row in below]).reshape(-1, len(levels))
