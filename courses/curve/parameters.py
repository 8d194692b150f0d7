"""A Prior's hyper-parameters as one unbounded vector, and the weak pull of the shipped Prior on it."""

from dataclasses import dataclass, replace

import numpy as np

from courses.curve.design import Effects
from courses.curve.moments import Gradient
from courses.curve.prior import Prior, triple
from courses.curve.scores import TIMINGS, Floats

_SCALES = ("noise", "noise_spread", "carry", "carry_weeks")

# How strongly the shipped Prior pulls: standard deviations of log scales, of Fisher z of correlations, of
# offsets; the clinic's mean counts the shipped one as two courses, a group's mean the clinic's as
# ten courses.
_SD_PULL = 0.4
_CORRELATION_PULL = 0.4
_OFFSET_PULL = 0.7
_SLOPE_PULL = 1.0
_SCALE_PULLS = np.array([0.3, 0.35, 0.35, 0.5])
_PACE_PULL = 0.8
_MEAN_COURSES = 2.0
_GROUP_COURSES = 10.0
_POWERS = np.arange(3.0)
_STEP = 1e-6

_LOG_BOUND, _MEAN_BOUND, _SPREAD_BOUND = 4.0, 60.0, 1.5


@dataclass(frozen=True, eq=False)
class Parameters:
    """The position of each hyper-parameter in the vector, for the groups and other timings of a panel.

    mean 3, group deviations 3 each, offsets, noise_slope 3, log SDs 3, Fisher z of partial correlations 3,
    log offset SDs, logs of noise, noise_spread, carry and carry_weeks, and the pace: the logarithm of how
    much slower courses of this clinic are than the shipped ones.
    """

    shipped: Prior
    group_names: tuple[str, ...]
    codes: tuple[int, ...]

    @property
    def timing_names(self) -> list[str]:
        return [TIMINGS[code].value for code in self.codes]

    def split(self, vector: Floats) -> tuple[Floats, ...]:
        """Return the parts of the vector in the order above, group deviations (n_groups, 3)."""
        n_groups, n_timings = len(self.group_names), len(self.codes)
        sizes = [3, 3 * n_groups, n_timings, 3, 3, 3, n_timings, len(_SCALES), 1]
        parts = np.split(vector, np.cumsum(sizes)[:-1])
        parts[1] = parts[1].reshape(n_groups, 3)
        return tuple(parts)

    def vector(self, prior: Prior) -> Floats:
        """Return the vector of the Prior's numbers, at the pace that its SDs suggest."""
        sds, partials = _decomposed(np.array(prior.covariance))
        wider = np.log(sds / np.sqrt(np.diag(np.array(self.shipped.covariance))))
        pace = -(_POWERS @ wider) / (_POWERS @ _POWERS + (_SD_PULL / _PACE_PULL) ** 2)
        deviations = [
            np.subtract(prior.group_means.get(name, prior.mean), prior.mean) for name in self.group_names
        ]
        return np.concatenate(
            [
                prior.mean,
                *deviations,
                [prior.offsets.get(name, 0.0) for name in self.timing_names],
                prior.noise_slope,
                np.log(sds),
                np.arctanh(partials),
                np.log([prior.offset_sds[name] for name in self.timing_names]),
                np.log([getattr(prior, name) for name in _SCALES]),
                [pace],
            ]
        )

    def bounds(self) -> list[tuple[float, float]]:
        """Return limits that only absurd values reach, for each entry of the vector."""
        centre = self.vector(self.shipped)
        widths = np.full(len(centre), _LOG_BOUND)
        widths[: 3 * (len(self.group_names) + 1)] = _MEAN_BOUND
        widths[-len(_SCALES) - 1 + _SCALES.index("noise_spread")] = _SPREAD_BOUND
        return [(float(low), float(high)) for low, high in zip(centre - widths, centre + widths, strict=True)]

    def prior(self, vector: Floats) -> Prior:
        """Return the shipped Prior with the vector's numbers."""
        mean, groups, offsets, slope, log_sds, partials, log_offset_sds, log_scales, _ = self.split(vector)
        covariance = _composed(np.exp(log_sds), np.tanh(partials))
        scales = dict(zip(_SCALES, np.exp(log_scales).tolist(), strict=True))
        names = self.timing_names
        return replace(
            self.shipped,
            mean=triple(mean),
            covariance=(triple(covariance[0]), triple(covariance[1]), triple(covariance[2])),
            noise_slope=triple(slope),
            offsets={**self.shipped.offsets, **dict(zip(names, offsets.tolist(), strict=True))},
            offset_sds={
                **self.shipped.offset_sds,
                **dict(zip(names, np.exp(log_offset_sds).tolist(), strict=True)),
            },
            group_means={
                name: triple(mean + deviation) for name, deviation in zip(self.group_names, groups, strict=True)
            },
            **scales,
        )

    def penalty(self, vector: Floats) -> float:
        """Return minus the log density (but for a constant) of the vector around the shipped Prior.

        The shipped curve is the same curve at another pace: courses exp(pace) times as slow have b1 divided
        by exp(pace) and b2 by its square. So the pull does not depend on the unit of time.
        """
        mean, groups, offsets, slope, log_sds, partials, log_offset_sds, log_scales, pace = self.split(vector)
        there = self.split(self.vector(self.shipped))
        precision = np.linalg.inv(np.array(self.shipped.covariance))
        slower = np.exp(pace * _POWERS)
        from_mean, from_groups = mean * slower - there[0], groups * slower
        pulls = (
            ((offsets - there[2]) / _OFFSET_PULL),
            (slope * slower / _SLOPE_PULL),
            ((log_sds + pace * _POWERS - there[4]) / _SD_PULL),
            ((partials - there[5]) / _CORRELATION_PULL),
            ((log_offset_sds - there[6]) / _SD_PULL),
            ((log_scales - there[7]) / _SCALE_PULLS),
            pace / _PACE_PULL,
        )
        squares = sum(float(pull @ pull) for pull in pulls)
        squares += _MEAN_COURSES * float(from_mean @ precision @ from_mean)
        squares += _GROUP_COURSES * float(np.einsum("gi,ij,gj->", from_groups, precision, from_groups))
        return 0.5 * squares

    def penalty_gradient(self, vector: Floats) -> Floats:
        """Return the gradient of the penalty, in the order of the vector."""
        mean, groups, offsets, slope, log_sds, partials, log_offset_sds, log_scales, pace = self.split(vector)
        there = self.split(self.vector(self.shipped))
        precision = np.linalg.inv(np.array(self.shipped.covariance))
        slower = np.exp(pace * _POWERS)
        by_mean = _MEAN_COURSES * (precision @ (mean * slower - there[0])) * slower
        by_groups = _GROUP_COURSES * (groups * slower @ precision) * slower
        by_slope = slope * (slower / _SLOPE_PULL) ** 2
        by_sds = (log_sds + pace * _POWERS - there[4]) / _SD_PULL**2
        by_pace = by_mean * mean + (by_groups * groups).sum(axis=0) + by_slope * slope + by_sds
        return np.concatenate(
            [
                by_mean,
                by_groups.ravel(),
                (offsets - there[2]) / _OFFSET_PULL**2,
                by_slope,
                by_sds,
                (partials - there[5]) / _CORRELATION_PULL**2,
                (log_offset_sds - there[6]) / _SD_PULL**2,
                (log_scales - there[7]) / _SCALE_PULLS**2,
                pace / _PACE_PULL**2 + [_POWERS @ by_pace],
            ]
        )

    def along(self, gradient: Gradient, *, vector: Floats, effects: Effects, grid_z: Floats) -> Floats:
        """Return the gradient of the log-likelihood in the order of the vector; 0 for carry, its weeks and pace.

        By the chain rule from means, slope, covariance and noise variances to the numbers behind them.
        """
        *_, log_sds, partials, _, log_scales, _ = self.split(vector)
        covariance = effects.root @ effects.root.T
        by_log_sd = 2.0 * (gradient.covariance * covariance).sum(axis=1)
        by_curve, by_groups = gradient.means[:, :3].sum(axis=0), gradient.means[:, :3]
        noise, spread = np.exp(log_scales[:2])
        moved = 2.0 * (noise * np.exp(spread * grid_z)) ** 2 * gradient.variance
        return np.concatenate(
            [
                by_curve,
                by_groups.ravel() if self.group_names else [],
                gradient.means[:, 3:].sum(axis=0),
                gradient.slope[:3],
                by_log_sd[:3],
                _by_partials(np.exp(log_sds), partials, by=gradient.covariance[:3, :3]),
                by_log_sd[3:],
                [moved.sum(), spread * (moved @ grid_z), 0.0, 0.0],
                [0.0],
            ]
        )


def _by_partials(sds: Floats, fisher: Floats, *, by: Floats) -> Floats:
    """Return the gradient by Fisher z of the partial correlations (3,), given that by the covariance (3, 3)."""
    steps = _STEP * np.eye(3)
    risen = [_composed(sds, np.tanh(fisher + step)) - _composed(sds, np.tanh(fisher - step)) for step in steps]
    return np.array([(by * change).sum() for change in risen]) / (2.0 * _STEP)


def _decomposed(covariance: Floats) -> tuple[Floats, Floats]:
    """Return SDs (3,) and partial correlations (r01, r02, r12 given 0) of a covariance (3, 3)."""
    sds = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance / np.outer(sds, sds))
    return sds, np.array([root[1, 0], root[2, 0], root[2, 1] / np.sqrt(1.0 - root[2, 0] ** 2)])


def _composed(sds: Floats, partials: Floats) -> Floats:
    """Return the covariance (3, 3) of SDs and partial correlations; any partials inside ±1 are valid."""
    first, second, third = partials
    left = np.sqrt(1.0 - second**2)
    root = np.array(
        [
            [1.0, 0.0, 0.0],
            [first, np.sqrt(1.0 - first**2), 0.0],
            [second, third * left, left * np.sqrt(1.0 - third**2)],
        ]
    )
    scaled = sds[:, None] * root
    return np.asarray(scaled @ scaled.T)
