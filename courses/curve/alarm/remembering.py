"""The evidence of a course's last scores together with the next one: the memory used to judge a score."""

from dataclasses import dataclass

import numpy as np

from courses.curve.alarm.shift_memory import N_BACK, memory_of
from courses.curve.panel import Panel
from courses.curve.prior import Prior
from courses.curve.scores import N_SCORE_VALUES, TIMING_CODE, CourseScores, Floats, Ints, Timing
from courses.curve.sequential import MIN_EARLIER_SCORES, predict_rows

# M that one predicted score in so many exceeds without a shift: 40,000 simulated under the shipped Prior.
# It is 0 for 64 in 100.
ONE_IN = np.array([3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0])
EXCEEDED = np.array([1.17, 3.59, 8.07, 14.83, 27.66, 41.42, 58.79, 93.18, 118.91])
RAREST = 10_000.0


@dataclass(frozen=True, eq=False)
class NextMemory:
    """For every possible score 0..10: M, how rare so high an M is, how many scores of the timing ago the
    likeliest shift began, and the mean excess of the scores since over their expectation; (11,) each.
    """

    ratio: Floats
    one_in: Floats
    back: Ints
    above: Floats


def memory_of_next(
    prior: Prior, course: CourseScores, *, week: float, timing: Timing, allowed: int = N_BACK
) -> NextMemory | None:
    """Return the memory of a coming score; scores later than `week` are not used.

    `allowed`: how many scores of the timing back a shift may have begun, fewer if staff were alerted to one since.
    None if no shift may have begun: it needs a start with two earlier scores.
    """
    code = TIMING_CODE[timing]
    earlier = Panel.of([course.until(week)])
    n_starts = min(int((earlier.timings == code).sum()) - MIN_EARLIER_SCORES, allowed, N_BACK)
    if n_starts < 1:
        return None
    panel = earlier.with_next(weeks=np.array([float(week)]), timings=np.array([code]))
    rows = np.flatnonzero(panel.timings == code)[-(N_BACK + 1) :]
    p = np.full((panel.n_scores, N_SCORE_VALUES), 1.0 / N_SCORE_VALUES)
    _, p[rows], _ = predict_rows(prior, panel, rows=rows)
    memory = memory_of(prior, panel, p=p, rows=rows[-1:])
    back, above = memory.likeliest(0, allowed=n_starts)
    ratio = memory.ratio(n_starts)[0]
    return NextMemory(ratio, one_in(ratio), back, above)


def one_in(ratio: Floats) -> Floats:
    """Return how rare so high an M is without a shift: one in so many predicted scores, (n,)."""
    logs = np.log(np.maximum(ratio, 1e-9))
    inside = np.exp(np.interp(logs, np.log([1e-9, *EXCEEDED]), np.log([1.0, *ONE_IN])))
    # Beyond the table like the tail of a test martingale: twice as high is half as often.
    beyond = ONE_IN[-1] * np.asarray(ratio) / EXCEEDED[-1]
    return np.asarray(np.minimum(np.where(ratio > EXCEEDED[-1], beyond, inside), RAREST))
