"""One course under a Prior: what its curve answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from courses.curve.answers import Bands, CannotTell, NextScore, Peak, Relief, Shape, Unknown
from courses.curve.design import N_CURVE_EFFECTS, Effects, clamp_shift, reachable_weeks
from courses.curve.filtering import Filtered
from courses.curve.panel import Panel
from courses.curve.posterior import NoiseGrid, Posterior, posterior
from courses.curve.predictive import (
    SCORE_VALUES,
    Mixture,
    Targets,
    mixture,
    quantile_scores,
    running_likelihood_ratio,
    upper_tails,
)
from courses.curve.prior import Prior
from courses.curve.scores import HIGHEST_SCORE, TIMING_CODE, CourseScores, Floats, Ints, Timing
from courses.curve.sequential import MIN_EARLIER_SCORES, next_scores, predict_rows
from courses.curve.shapes import Curves, peak_of, shape_of

MIN_SCORES = MIN_EARLIER_SCORES + 1
MIN_START = 3.0
# A level of noise less likely than this moves no bound by a hundred-thousandth.
SMALLEST_WEIGHT = 1e-7
_BEFORE = TIMING_CODE[Timing.BEFORE]
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
        p, raised = predict_rows(self.prior, panel, rows=np.array([earlier.n_scores]))
        low5, low25, high75, high95 = quantile_scores(p, levels=np.array([0.05, 0.25, 0.75, 0.95]))[0].tolist()
        return NextScore(
            week=float(week),
            timing=Timing(timing),
            p=p[0],
            tail=upper_tails(p)[0],
            lr_star=running_likelihood_ratio(p, raised=raised)[0],
            mean=float(p[0] @ SCORE_VALUES),
            interval50=(low25, high75),
            interval90=(low5, high95),
            n_scores=earlier.n_scores,
            prior_version=self.prior.version,
        )

    def next_means(self, week: float, timings: Sequence[Timing]) -> list[float | None]:
        """Return the expected mean of a coming score of each timing, None where it cannot be told yet; the same as
        `next_score` gives, at the price of one.
        """
        copies = np.zeros(len(timings), dtype=np.int64)
        panel = Panel.of([self.course.until(week)]).select(copies)
        codes = np.array([TIMING_CODE[timing] for timing in timings], dtype=np.int64)
        found = next_scores(self.prior, panel, weeks=np.full(len(timings), float(week)), timings=codes)
        means = (found.p @ SCORE_VALUES).tolist()
        return [mean if is_told else None for mean, is_told in zip(means, found.can_tell.tolist(), strict=True)]

    def bands(self, weeks: Floats, timing: Timing) -> Bands:
        """Return the fitted mean at weeks (n,) and the bands of a score of that timing around it."""
        weeks = np.asarray(weeks, dtype=float)
        codes = np.full(len(weeks), TIMING_CODE[timing])
        found = self._at(weeks, timings=codes, variance=1.0 + self.prior.carry**2)
        levels = _quantiles(found, levels=np.array([0.05, 0.25, 0.75, 0.95]))
        return Bands(
            timing=Timing(timing),
            weeks=weeks,
            mean=np.clip((found.weights * found.means).sum(axis=1), 0.0, HIGHEST_SCORE),
            lower50=levels[:, 1],
            upper50=levels[:, 2],
            lower90=levels[:, 0],
            upper90=levels[:, 3],
            n_scores=self.n_scores,
            prior_version=self.prior.version,
        )

    def relief(self, at_week: float) -> Relief | CannotTell:
        """Return the chance of relief at a week: latent end against latent start of the before-scores."""
        if self.n_scores < MIN_SCORES:
            return self._cannot_tell(Unknown.TOO_FEW_SCORES, have=self.n_scores, need=MIN_SCORES)
        weeks = np.array([0.0, float(at_week)])
        levels = self._at(weeks, timings=np.full(2, _BEFORE), variance=0.0)
        start, end = (levels.weights * levels.means).sum(axis=1).tolist()
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

    def shape(self, end_week: float) -> Shape:
        """Return the probability of each shape up to a week; a change below one point is a plateau."""
        return shape_of(self._curves, end_week, n_scores=self.n_scores, prior_version=self.prior.version)

    def peak(self, end_week: float) -> Peak | None:
        """Return the top of the curve; None unless it surely opens downward with its top after the start."""
        return peak_of(self._curves, end_week, n_scores=self.n_scores, prior_version=self.prior.version)

    @cached_property
    def _last_week(self) -> float:
        return float(self.course.weeks.max(initial=0.0))

    @cached_property
    def _panel(self) -> Panel:
        return Panel.of([self.course])

    @cached_property
    def _filtered(self) -> Filtered:
        """The course filtered with the effects of every timing, so that any of them can be asked for."""
        every = np.array(sorted(TIMING_CODE.values()))
        return Filtered.of(self.prior, self._panel, effects=Effects.of(self.prior, every))

    @cached_property
    def _posterior(self) -> Posterior:
        grid = NoiseGrid.of(self.prior, n_scores=self.n_scores)
        return posterior(self._filtered.effects, self._filtered.information(), grid=grid)

    @cached_property
    def _mean_curve(self) -> Floats:
        return self._filtered.means + self._posterior.deviation(self._filtered.effects)

    @cached_property
    def _curves(self) -> Curves:
        draws = self._filtered.means + self._posterior.draws(self._filtered.effects)
        return Curves(draws[:, :N_CURVE_EFFECTS], self._last_week)

    def _at(self, weeks: Floats, *, timings: Ints, variance: float) -> Mixture:
        """Return the mixture of the curve at weeks (n,), with a variance in units of s^2 around it."""
        reachable = self._reachable(weeks)
        return self._of(self._rows(reachable, timings), variance=variance, shift=self._shift(reachable))

    def _p_at_most(self, week: float, *, share: float) -> float:
        """Return P(latent level at the week <= share of the latent start)."""
        end = self._reachable(np.array([float(week)]))
        row, start = (self._rows(weeks, np.array([_BEFORE])) for weeks in (end, np.zeros(1)))
        excess = self._of(row - share * start, variance=0.0, shift=self._shift(end))
        return float((excess.weights * ndtr(-excess.means / excess.sds)).sum())

    def _of(self, rows: Floats, *, variance: float, shift: Floats) -> Mixture:
        base = rows @ self._filtered.means[0] + shift
        targets = Targets(x=rows, base=base, variance=np.full(len(rows), variance))
        return mixture(self._filtered.effects, self._posterior.repeated(len(rows)), targets=targets)

    def _rows(self, weeks: Floats, timings: Ints) -> Floats:
        return self._filtered.effects.rows(weeks, timings=timings)

    def _reachable(self, weeks: Floats) -> Floats:
        ends = np.full(len(weeks), self._panel.planned_end_weeks[0])
        return reachable_weeks(weeks, last_weeks=np.full(len(weeks), self._last_week), planned_end_weeks=ends)

    def _shift(self, weeks: Floats) -> Floats:
        n = len(weeks)
        curves = np.repeat(self._mean_curve, n, axis=0)
        return clamp_shift(curves, weeks=weeks, last_weeks=np.full(n, self._last_week))

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
