"""The healing parabola: its effects, its design row, and the clamp that keeps it from turning up again."""

from dataclasses import dataclass

import numpy as np

from courses.curve.prior import OFFSET_CORRELATION, Prior
from courses.curve.scores import HIGHEST_SCORE, TIMING_CODE, TIMINGS, Floats, Ints, Timing

WEEKS_PER_UNIT = 12.0
LONG_GAP_WEEKS, FORGETTING_WEEKS = 8.0, 52.0
# A 0 includes every level below one half, a 10 every level above nine and a half.
BEYOND_ENDS = 0.5
N_CURVE_EFFECTS = 3


@dataclass(frozen=True, eq=False)
class Effects:
    """What varies between courses: (b0, b1, b2) and one offset per timing in `codes`, never the before-score.

    `root` (r, r) is the lower root of their covariance, `slope` (r,) the change of their mean per standard
    deviation of log noise, `offsets` (r - 3,) the offsets' means.
    """

    codes: tuple[int, ...]
    root: Floats
    slope: Floats
    offsets: Floats

    @classmethod
    def of(cls, prior: Prior, timings: Ints) -> "Effects":
        """Return the effects that scores of these timing codes need."""
        codes = tuple(code for code in np.unique(timings).tolist() if code != TIMING_CODE[Timing.BEFORE])
        names = [TIMINGS[code].value for code in codes]
        sds = np.array([prior.offset_sds.get(name, 0.0) for name in names])
        shared = np.full((len(codes), len(codes)), OFFSET_CORRELATION)
        np.fill_diagonal(shared, 1.0)
        root = np.zeros((N_CURVE_EFFECTS + len(codes),) * 2)
        root[:3, :3] = np.linalg.cholesky(np.array(prior.covariance))
        root[3:, 3:] = sds[:, None] * np.linalg.cholesky(shared)
        slope = np.concatenate([prior.noise_slope, np.zeros(len(codes))])
        return cls(codes, root, slope, np.array([prior.offsets.get(name, 0.0) for name in names]))

    def means_of(self, prior: Prior, group_names: tuple[str, ...]) -> Floats:
        """Return the mean of the effects in each group, (n_groups, r)."""
        curves = prior.means_of(group_names)
        return np.concatenate([curves, np.tile(self.offsets, (len(curves), 1))], axis=1)

    def rows(self, weeks: Floats, *, timings: Ints) -> Floats:
        """Return the design rows (1, u, u^2, is timing ...) of scores at these weeks and timings, (n, r)."""
        u = weeks / WEEKS_PER_UNIT
        offsets = [timings == code for code in self.codes]
        return np.column_stack([np.ones(len(u)), u, u * u, *offsets])


def levels_of(scores: Floats) -> Floats:
    """Return the levels for scores (n,): the scores themselves, but half a point beyond the scale at its ends."""
    return np.asarray(scores + BEYOND_ENDS * ((scores == HIGHEST_SCORE).astype(float) - (scores == 0)))


def reachable_weeks(weeks: Floats, *, last_weeks: Floats, planned_end_weeks: Floats) -> Floats:
    """Return weeks (n,) capped at the later of planned end and last score; unplanned: 12 weeks after the last."""
    ends = np.where(np.isfinite(planned_end_weeks), planned_end_weeks, last_weeks + WEEKS_PER_UNIT)
    return np.minimum(weeks, np.maximum(ends, last_weeks))


def forgotten(gaps: Floats) -> Floats:
    """Return the share of what was known about a course that is lost when the next score comes after a gap in
    weeks (n,): none up to 8 weeks, all but a seventh after another year.
    """
    return np.asarray(1.0 - np.exp(-2.0 * np.maximum(gaps - LONG_GAP_WEEKS, 0.0) / FORGETTING_WEEKS))


def clamp_shift(curves: Floats, *, weeks: Floats, last_weeks: Floats) -> Floats:
    """Return what the clamp adds to the mean of curves b (n, >= 3) at weeks (n,), (n,).

    A curve with b2 > 0 is constant from its vertex on, or from the last score if that is after the vertex.
    At or before the last score nothing is added.
    """
    last, wanted = last_weeks / WEEKS_PER_UNIT, weeks / WEEKS_PER_UNIT
    b1, b2 = curves[:, 1], curves[:, 2]
    vertex = np.divide(-b1, 2.0 * b2, out=np.full(len(b1), np.inf), where=b2 > 0)
    held = np.minimum(wanted, np.maximum(vertex, last))
    return np.asarray(b1 * (held - wanted) + b2 * (held**2 - wanted**2))
