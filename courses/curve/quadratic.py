"""The plain quadratic mixed model, y ~ u + u^2 + (1 + u + u^2 | course): where the full fit begins.

Maximum likelihood needs only nine sums per course (Laird & Ware 1982; Lindstrom & Bates 1988). EM
on them, symmetric 3 x 3 inverses written out over arrays of courses, accelerated by SQUAREM (Varadhan &
Roland 2008).
"""

from dataclasses import dataclass

import numpy as np

from courses.curve.design import WEEKS_PER_UNIT
from courses.curve.panel import Panel
from courses.curve.scores import Floats

_BLOCK = 4096
_FIRST_COURSES, _FIRST_TOLERANCE = 300, 1.0
_MAX_ROUNDS = 400
_N_CALM_ROUNDS, _CALM_SHARE = 2, 0.1
_LOWER = np.tril_indices(3)


@dataclass(frozen=True, eq=False)
class QuadraticFit:
    """Maximum-likelihood mean (3,), covariance (3, 3) of the curves, noise variance, log-likelihood."""

    mean: Floats
    covariance: Floats
    noise_variance: float
    log_likelihood: float


def course_sums(panel: Panel) -> Floats:
    """Return n, sums of u, u^2, u^3, u^4, y, u y, u^2 y, y^2 of each course with scores, (9, n_courses)."""
    u, y = panel.weeks / WEEKS_PER_UNIT, panel.scores
    u2 = u * u
    terms = np.array([np.ones_like(u), u, u2, u2 * u, u2 * u2, y, u * y, u2 * y, y * y])
    starts = panel.starts[:-1][panel.lengths > 0]
    return np.add.reduceat(terms, starts, axis=1) if len(starts) else np.zeros((9, 0))


def fit_quadratic(panel: Panel, *, tolerance: float = 1e-3) -> QuadraticFit:
    """Return the maximum-likelihood fit of a panel with scores, its log-likelihood to about the tolerance."""
    sums = course_sums(panel)
    few = sums[:, :: max(1, sums.shape[1] // _FIRST_COURSES)]
    vector = _climb(_climb(_begin(few), few, tolerance=_FIRST_TOLERANCE), sums, tolerance=tolerance)
    mean, root, noise_variance = _unpacked(vector)
    _, value = _em_step(vector, sums)
    return QuadraticFit(mean, root @ root.T, noise_variance, value)


def _climb(vector: Floats, sums: Floats, *, tolerance: float) -> Floats:
    """Return the vector at which the log-likelihood no longer rises by more than the tolerance."""
    value, n_calm = -np.inf, 0
    for _ in range(_MAX_ROUNDS):
        first, at_start = _em_step(vector, sums)
        n_calm = n_calm + 1 if at_start - value < _CALM_SHARE * tolerance else 0
        value = at_start
        if n_calm == _N_CALM_ROUNDS:
            break
        second, _ = _em_step(first, sums)
        leap = _squarem(vector, first=first, second=second)
        settled, at_leap = _em_step(leap, sums)
        vector = settled if at_leap >= value else second
    return vector


def _begin(sums: Floats) -> Floats:
    """Return the pooled regression with the residual variance shared between noise and courses."""
    total = sums.sum(axis=1)
    xx = total[[0, 1, 2, 1, 2, 3, 2, 3, 4]].reshape(3, 3) + 1e-6 * np.eye(3)
    mean = np.linalg.solve(xx, total[5:8])
    variance = max((total[8] - mean @ total[5:8]) / total[0], 1e-2)
    return _packed(mean, np.sqrt(0.5 * variance) * np.eye(3), 0.5 * variance)


def _packed(mean: Floats, root: Floats, noise_variance: float) -> Floats:
    """Return (mean, root's lower part with log diagonal, log noise variance), (10,)."""
    logged = root.copy()
    np.fill_diagonal(logged, np.log(np.diag(root)))
    return np.concatenate([mean, logged[_LOWER], [np.log(noise_variance)]])


def _unpacked(vector: Floats) -> tuple[Floats, Floats, float]:
    root = np.zeros((3, 3))
    root[_LOWER] = vector[3:9]
    np.fill_diagonal(root, np.exp(np.diag(root)))
    return vector[:3], root, float(np.exp(vector[9]))


def _squarem(start: Floats, *, first: Floats, second: Floats) -> Floats:
    """Return the squared extrapolation of two EM steps."""
    step, bend = first - start, (second - first) - (first - start)
    length = min(-float(np.sqrt((step @ step) / max(float(bend @ bend), 1e-300))), -1.0)
    leap = start - 2.0 * length * step + length**2 * bend
    return np.asarray(second + np.clip(leap - second, -2.0, 2.0))


def _em_step(vector: Floats, sums: Floats) -> tuple[Floats, float]:
    """Return the vector after one EM step, and the log-likelihood before it."""
    mean, root, noise_variance = _unpacked(vector)
    precision = np.linalg.inv(root @ root.T).astype(float)
    blocks = [sums[:, start : start + _BLOCK] for start in range(0, sums.shape[1], _BLOCK)]
    total = np.sum([_block_sums(block, mean, precision, noise_variance) for block in blocks], axis=0)
    n_courses, n_scores = sums.shape[1], float(sums[0].sum())
    new_mean = total[:3] / n_courses
    second = total[[3, 4, 5, 4, 6, 7, 5, 7, 8]].reshape(3, 3)
    covariance = second / n_courses - np.outer(new_mean - mean, new_mean - mean)
    log_prior = 2.0 * np.log(np.diag(root)).sum()
    value = n_scores * np.log(2.0 * np.pi * noise_variance) + n_courses * log_prior + total[10] + total[11]
    new_root = np.linalg.cholesky(covariance + 1e-10 * np.eye(3))
    return _packed(new_mean, new_root, max(total[9] / n_scores, 1e-8)), -0.5 * float(value)


def _block_sums(block: Floats, mean: Floats, precision: Floats, noise_variance: float) -> Floats:
    """Return sums over a block of courses: curves (3), second moments about the mean (6), squared noise,
    log determinants, squared distances, number of courses, (13,)."""
    n, u1, u2, u3, u4, y0, y1, y2, yy = block
    m0, m1, m2 = mean
    d0, d1, d2 = (
        y0 - (n * m0 + u1 * m1 + u2 * m2),
        y1 - (u1 * m0 + u2 * m1 + u3 * m2),
        y2 - (u2 * m0 + u3 * m1 + u4 * m2),
    )
    dd = yy - (m0 * (y0 + d0) + m1 * (y1 + d1) + m2 * (y2 + d2))
    p = precision * noise_variance
    a, b, c, d, e, f = n + p[0, 0], u1 + p[0, 1], u2 + p[0, 2], u2 + p[1, 1], u3 + p[1, 2], u4 + p[2, 2]
    i00, i01, i02 = d * f - e * e, c * e - b * f, b * e - c * d
    i11, i12, i22 = a * f - c * c, b * c - a * e, a * d - b * b
    determinant = a * i00 + b * i01 + c * i02
    scale = 1.0 / determinant
    i00, i01, i02, i11, i12, i22 = (entry * scale for entry in (i00, i01, i02, i11, i12, i22))
    b0, b1, b2 = (
        i00 * d0 + i01 * d1 + i02 * d2,
        i01 * d0 + i11 * d1 + i12 * d2,
        i02 * d0 + i12 * d1 + i22 * d2,
    )
    explained = b0 * d0 + b1 * d1 + b2 * d2
    fit = n * b0 * b0 + u2 * b1 * b1 + u4 * b2 * b2 + 2.0 * (u1 * b0 * b1 + u2 * b0 * b2 + u3 * b1 * b2)
    trace = n * i00 + 2.0 * (u1 * i01 + u2 * i02 + u3 * i12) + u2 * i11 + u4 * i22
    v = noise_variance
    return np.array(
        [
            (m0 + b0).sum(),
            (m1 + b1).sum(),
            (m2 + b2).sum(),
            (b0 @ b0) + v * i00.sum(),
            (b0 @ b1) + v * i01.sum(),
            (b0 @ b2) + v * i02.sum(),
            (b1 @ b1) + v * i11.sum(),
            (b1 @ b2) + v * i12.sum(),
            (b2 @ b2) + v * i22.sum(),
            (dd - 2.0 * explained + fit + v * trace).sum(),
            np.log(determinant).sum() - 3.0 * len(n) * np.log(v),
            (dd - explained).sum() / v,
            float(len(n)),
        ]
    )
