"""The line that is drawn: the smoothed level of one course under the Prior and two freer versions of it.

A Prior fitted to courses that mostly fall would draw one that rises as falling. So the line weighs three models of
the course by how well each explains its scores: the Prior's own; one whose good and bad weeks are twice as large
and last twice as long; and one without any trend but with a slow drift. Predictions never use the other two.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from courses.curve.design import N_CURVE_EFFECTS, Effects, clamp_shift, reachable_weeks
from courses.curve.filtering import Filtered
from courses.curve.level import Levels
from courses.curve.panel import Panel
from courses.curve.posterior import N_DRAWS, NoiseGrid, Posterior, posterior
from courses.curve.predictive import Mixture, mixture
from courses.curve.prior import Prior, triple
from courses.curve.scores import HIGHEST_SCORE, TIMING_CODE, Floats, Timing
from courses.curve.shapes import Paths

N_STEPS = 25
OWN, LOOSER, TRENDLESS = 0.6, 0.3, 0.1
# Not exactly 0, because the covariance must stay invertible.
_NEARLY_NO_TREND = np.diag([1.0, 0.02, 0.02])


@dataclass(frozen=True, eq=False)
class Account:
    """One course under one Prior: the filtered scores and their information about its curve."""

    prior: Prior
    panel: Panel

    @cached_property
    def filtered(self) -> Filtered:
        """The course filtered with the effects of every timing, so that any timing can be requested."""
        every = np.array(sorted(TIMING_CODE.values()))
        return Filtered.of(self.prior, self.panel, effects=Effects.of(self.prior, every))

    @cached_property
    def posterior(self) -> Posterior:
        """The posterior of b on the grid of noise levels."""
        grid = NoiseGrid.of(self.prior, n_scores=self.panel.n_scores)
        return posterior(self.filtered.effects, self.filtered.information(), grid=grid)

    @property
    def log_likelihood(self) -> float:
        """The logarithm of the density of the course's scores."""
        determinant = np.log(self.filtered.innovations.variances).sum()
        return float(self.posterior.log_likelihood[0] - 0.5 * determinant)

    @property
    def last_week(self) -> float:
        """The week of the last score."""
        return float(self.panel.weeks.max(initial=0.0))

    def levels(self, weeks: Floats, timing: Timing) -> Levels:
        """Return the level at weeks (m,) as a function of b."""
        codes = np.full(len(weeks), TIMING_CODE[timing])
        rows = self.filtered.effects.rows(self._reachable(weeks), timings=codes)
        return Levels.of(self.prior, self.filtered, weeks=weeks, rows=rows)

    def mixture(self, levels: Levels, *, shift: Floats, noise: float) -> Mixture:
        """Return the mixture of levels (m,) with noise in units of s^2 around them."""
        targets = levels.targets(means=self.filtered.means[0], shift=shift, noise=noise)
        return mixture(self.filtered.effects, self.posterior.repeated(len(levels.x)), targets=targets)

    def shift(self, weeks: Floats) -> Floats:
        """Return what the clamp adds to the mean at weeks (m,)."""
        curve = self.filtered.means + self.posterior.deviation(self.filtered.effects)
        return self._clamped(np.repeat(curve, len(weeks), axis=0), weeks)

    def drawn(self, weeks: Floats, timing: Timing, *, n: int) -> tuple[Floats, Floats]:
        """Return n draws of the level at weeks (m,) and of the uncertainty in the deviation, (n, m) each."""
        levels, chosen = self.levels(weeks, timing), np.linspace(0, N_DRAWS - 1, n).astype(np.int64)
        draws = (self.filtered.means + self.posterior.draws(self.filtered.effects))[chosen]
        curves = np.repeat(draws[:, :N_CURVE_EFFECTS], len(weeks), axis=0)
        shift = self._clamped(curves, np.tile(weeks, n)).reshape(n, len(weeks))
        values, vectors = np.linalg.eigh(levels.covariance)
        standard = np.random.default_rng(1).standard_normal((n, len(weeks)))
        deviation = (standard * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        noise = np.sqrt(self.posterior.drawn_variances()[chosen])
        return draws @ levels.x.T + levels.base + shift, noise[:, None] * deviation

    def _reachable(self, weeks: Floats) -> Floats:
        ends = np.full(len(weeks), self.panel.planned_end_weeks[0])
        return reachable_weeks(weeks, last_weeks=np.full(len(weeks), self.last_week), planned_end_weeks=ends)

    def _clamped(self, curves: Floats, weeks: Floats) -> Floats:
        last_weeks = np.full(len(weeks), self.last_week)
        return clamp_shift(curves, weeks=self._reachable(weeks), last_weeks=last_weeks)


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Some models of one course with their weights, which add up to 1."""

    accounts: tuple[Account, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, prior: Prior, panel: Panel) -> "Smoothed":
        """Return the three models of the one course of a panel, weighted by its likelihood under each."""
        accounts = tuple(Account(version, panel) for version in (prior, _looser(prior), _trendless(prior)))
        joint = np.log([OWN, LOOSER, TRENDLESS]) + [account.log_likelihood for account in accounts]
        shares = np.exp(joint - joint.max())
        return cls(accounts, tuple((shares / shares.sum()).tolist()))

    def mixture(self, weeks: Floats, timing: Timing, *, noise: float) -> Mixture:
        """Return the mixture of the level at weeks (m,), with noise in units of s^2 around it."""
        parts = [
            account.mixture(account.levels(weeks, timing), shift=account.shift(weeks), noise=noise)
            for account in self.accounts
        ]
        shares = [weight * part.weights for weight, part in zip(self.weights, parts, strict=True)]
        means, sds = (np.concatenate([getattr(part, name) for part in parts], axis=1) for name in ("means", "sds"))
        return Mixture(means, sds, np.concatenate(shares, axis=1))

    def paths(self, end_week: float, timing: Timing) -> Paths:
        """Return draws of the level up to a week."""
        end, seen = max(float(end_week), 0.0), self.accounts[0].panel.weeks
        weeks = np.unique([*np.linspace(0.0, end, N_STEPS), *seen[seen < end]])
        counts = [round(weight * N_DRAWS) for weight in self.weights]
        parts = [
            account.drawn(weeks, timing, n=n) for account, n in zip(self.accounts, counts, strict=True) if n > 0
        ]
        levels, deviations = (np.concatenate(kind) for kind in zip(*parts, strict=True))
        return Paths(weeks, levels, deviations)


def mean_levels(found: Mixture) -> Floats:
    """Return the mean of each mixture within 0..10, (m,)."""
    return np.asarray(np.clip((found.weights * found.means).sum(axis=1), 0.0, HIGHEST_SCORE))


def _looser(prior: Prior) -> Prior:
    return replace(prior, carry=2.0 * prior.carry, carry_weeks=2.0 * prior.carry_weeks)


def _trendless(prior: Prior) -> Prior:
    covariance = _NEARLY_NO_TREND @ np.array(prior.covariance) @ _NEARLY_NO_TREND
    return replace(
        prior,
        mean=(prior.mean[0], 0.0, 0.0),
        group_means={name: (mean[0], 0.0, 0.0) for name, mean in prior.group_means.items()},
        covariance=(triple(covariance[0]), triple(covariance[1]), triple(covariance[2])),
        noise_slope=(prior.noise_slope[0], 0.0, 0.0),
        carry=2.0 * prior.carry,
        carry_weeks=4.0 * prior.carry_weeks,
    )
