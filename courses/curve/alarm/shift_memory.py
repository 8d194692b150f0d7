"""Memory: how much likelier the last scores of a timing are under a shift that began some sessions ago and lasts.

A single score beside its own prediction shows a jump only once: the curve has absorbed it by the next session.
Here the scores since a start s are judged by the history before it (Page 1954; Lorden 1971; Willsky & Jones 1976):
they are lowered by the shift d, predicted one after another, and each prediction is raised by d again. With r =
P(score | shift) / P(score | none),

    M(y) = sum over starts s and shifts d of weight(d) * [product of r over the scores from s to the last one] *
           r(y),

its running maximum over y. Each product has mean 1 without a shift (a test martingale), so that M below
the sum of the weights is evidence against one. The start at the newest score itself is left out: a single score
belongs to LR*.

M is 0 where the patient's own scores have not come up: where for no start the newest score lies a point above the
mean of the two before that start, nor any since two points above it. A course that does not fall as others do is
no worsening.

The shift is that of the course: scores of every timing are lowered from the start's session on. The evidence is
counted separately by timing: the product runs over the scores of one timing only, a partial likelihood.
"""

from dataclasses import dataclass

import numpy as np

from courses.curve.design import levels_of
from courses.curve.filtering import Filtered
from courses.curve.panel import Panel
from courses.curve.predictive import SCORE_VALUES
from courses.curve.prior import Prior
from courses.curve.response_style import History, answered
from courses.curve.scores import N_SCORE_VALUES, Bools, Floats, Ints
from courses.curve.sequential import MIN_EARLIER_SCORES, mixture_at

# How many scores of a timing back a shift may have begun.
N_BACK = 3
N_ALLOWED = N_BACK + 1
# Points above the history, session by session from the start on: changes that stay, and changes that grow.
SHIFTS = np.array([[2.0] * 4, [3.0] * 4, [0.5, 1.0, 1.5, 2.0]])
SHIFT_WEIGHTS = np.array([1.0, 0.25, 0.3])
# The mean of M without a shift: below it the scores are evidence against a shift.
NEUTRAL_MEMORY = N_BACK * float(SHIFT_WEIGHTS.sum())
# Points above the patient's own level before a start, the mean of so many scores: of the newest, or of any since.
NEWEST_RISE, HIGHEST_RISE = 1.0, 2.0
N_LEVEL = 2
# A score this soon before the start's belongs to the same session: half a day.
SAME_SESSION_WEEKS = 0.5 / 7.0
LEAST_RATIO, MOST_RATIO = 1e-6, 1e6
_BLOCK_ITEMS = 8192


@dataclass(frozen=True, eq=False)
class Memory:
    """Of n scores: the weighted summand of each start 1, 2, 3 scores of the timing back and each shift, for every
    score 0..10, (n, 3, n_shifts, 11); 0 if there is no start so far back.

    `expected` (n, 3, n_shifts): the mean expected from the history before the start, with what is carried over;
    `excess`: the sum of the points by which the scores from the start to the last one are above their expectation.
    `has_risen` (n, 3, 11): whether the scores since the start have come up over the patient's own level before it.
    """

    terms: Floats
    expected: Floats
    excess: Floats
    has_risen: Bools

    def ratio(self, allowed: Ints | int = N_BACK) -> Floats:
        """Return M of every score (n, 11) if a shift may have begun at most so many scores back, (n,)."""
        back = np.arange(1, N_BACK + 1)
        is_allowed = (back <= np.reshape(allowed, (-1, 1)))[:, :, None]
        total = (self.terms.sum(axis=2) * is_allowed).sum(axis=1)
        has_risen = (self.has_risen & is_allowed).any(axis=1)
        return np.asarray(np.maximum.accumulate(total * has_risen, axis=1))

    def likeliest(self, row: int, *, allowed: int) -> tuple[Ints, Floats]:
        """Return for every score 0..10 how many scores ago the likeliest shift began, and the mean excess of the
        scores since over their expectation, (11,) each.
        """
        terms = self.terms[row, : max(allowed, 1)].reshape(-1, N_SCORE_VALUES)
        best, shift = np.divmod(terms.argmax(axis=0), len(SHIFTS))
        newest = SCORE_VALUES - self.expected[row, best, shift]
        return best + 1, (self.excess[row, best, shift] + newest) / (best + 2)


def memory_of(prior: Prior, panel: Panel, *, p: Floats, rows: Ints | None = None) -> Memory:
    """Return the memory of the rows (all by default); p (n_scores, 11) are the panel's own predictions.

    Rows without an earlier start need no prediction in `p`, and get none here.
    """
    wanted = np.arange(panel.n_scores) if rows is None else rows
    place = np.full(panel.n_scores, -1)
    place[wanted] = np.arange(len(wanted))
    found = Memory(
        terms=np.zeros((len(wanted), N_BACK, len(SHIFTS), N_SCORE_VALUES)),
        expected=np.zeros((len(wanted), N_BACK, len(SHIFTS))),
        excess=np.zeros((len(wanted), N_BACK, len(SHIFTS))),
        has_risen=_has_risen(panel, wanted),
    )
    starts = _Starts.of(panel, wanted=place >= 0)
    for first in range(0, len(starts.rows), _BLOCK_ITEMS // len(SHIFTS)):
        part = starts.part(slice(first, first + _BLOCK_ITEMS // len(SHIFTS)))
        _add(found, prior, panel, p=p, starts=part, place=place)
    return found


def _has_risen(panel: Panel, rows: Ints) -> Bools:
    """Return whether scores since each start have come up over the patient's own level before it, for the coming
    scores 0..10, (n, 3, 11); False where no start lies so far back.
    """
    back = panel.back_of_timing(N_BACK + N_LEVEL)[rows]
    scores = np.where(back >= 0, panel.scores[back], np.nan)
    columns = []
    for n_since in range(1, N_BACK + 1):
        level = scores[:, n_since : n_since + N_LEVEL].mean(axis=1, keepdims=True)
        highest = np.maximum(scores[:, :n_since].max(axis=1, keepdims=True), SCORE_VALUES)
        columns.append((level + NEWEST_RISE <= SCORE_VALUES) | (highest >= level + HIGHEST_RISE))
    return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False)
class _Starts:
    """Rows at which a shift may begin, (n,), each with the rows of its timing from itself on, -1 for none, (n,
    4).
    """

    rows: Ints
    following: Ints

    @classmethod
    def of(cls, panel: Panel, *, wanted: Bools) -> "_Starts":
        """Those with enough history from which a wanted row is at most three scores of the timing away."""
        previous = panel.previous_of_timing
        following_one = np.full(panel.n_scores + 1, -1)
        has = np.flatnonzero(previous >= 0)
        following_one[previous[has]] = has
        columns = [np.arange(panel.n_scores)]
        for _ in range(N_BACK):
            columns.append(following_one[columns[-1]])
        following = np.stack(columns, axis=1)
        is_asked = (np.append(wanted, False)[following[:, 1:]]).any(axis=1)
        chosen = (panel.n_earlier_of_timing >= MIN_EARLIER_SCORES) & is_asked
        return cls(following[chosen, 0], following[chosen])

    def part(self, places: slice) -> "_Starts":
        return _Starts(self.rows[places], self.following[places])


def _add(found: Memory, prior: Prior, panel: Panel, *, p: Floats, starts: _Starts, place: Ints) -> None:
    """Fill in the summands of some starts."""
    n_starts, n_shifts = len(starts.rows), len(SHIFTS)
    copies = _copies(panel, starts)
    start, back = np.nonzero(starts.following >= 0)
    asked = starts.following[start, back]
    # One item for each start, each shift, and each score since.
    target = (copies.first[start] + asked - panel.starts[panel.course[asked]])[:, None] + (
        copies.length[start][:, None] * np.arange(n_shifts)
    )
    age = copies.age[target]
    raised, means = _raised(
        prior, copies, rows=target.ravel(), shift=np.tile(np.arange(n_shifts), len(start)), age=age.ravel()
    )
    ratios = np.clip(raised.reshape(len(start), n_shifts, -1) / p[asked][:, None, :], LEAST_RATIO, MOST_RATIO)
    observed = ratios[np.arange(len(start)), :, panel.scores[asked].astype(np.int64)]
    product = np.ones((n_starts, N_BACK + 1, n_shifts))
    product[start, back] = observed
    so_far = np.cumprod(product, axis=1)
    is_later = (back > 0) & (place[asked] >= 0)
    one, behind = start[is_later], back[is_later]
    means = means.reshape(len(start), n_shifts)
    over = np.zeros((n_starts, N_BACK + 1, n_shifts))
    over[start, back] = panel.scores[asked][:, None] - means
    row = place[asked[is_later]]
    found.expected[row, behind - 1] = means[is_later]
    found.excess[row, behind - 1] = np.cumsum(over, axis=1)[one, behind - 1]
    found.terms[row, behind - 1] = (so_far[one, behind - 1] * SHIFT_WEIGHTS)[:, :, None] * ratios[is_later]


@dataclass(frozen=True, eq=False)
class _Copies:
    """A copy of its course for each start and shift, up to the last score asked for: start by start, then shift.

    `first` and `length` (n_starts,): rows of the first copy; `age` (n_rows,): sessions since the start, negative
    before it.
    """

    panel: Panel
    levels: Floats
    first: Ints
    length: Ints
    age: Ints


def _copies(panel: Panel, starts: _Starts) -> _Copies:
    n_shifts = len(SHIFTS)
    last = starts.following.max(axis=1)
    begin = panel.starts[panel.course[starts.rows]]
    length = last + 1 - begin
    lengths = np.repeat(length, n_shifts)
    ends = np.cumsum(lengths)
    source = (
        np.arange(ends[-1]) - np.repeat(ends - lengths, lengths) + np.repeat(np.repeat(begin, n_shifts), lengths)
    )
    item = np.repeat(np.arange(len(starts.rows)), length * n_shifts)
    age = np.full(len(source), -1)
    since = panel.weeks[source] + SAME_SESSION_WEEKS
    for column in starts.following.T:
        known = column >= 0
        age += known[item] & (since >= panel.weeks[column][item])
    shift = np.repeat(np.tile(np.arange(n_shifts), len(starts.rows)), lengths)
    lowered = np.where(age >= 0, SHIFTS[shift, np.maximum(age, 0)], 0.0)
    courses = np.repeat(panel.course[starts.rows], n_shifts)
    copied = Panel(
        starts=np.append(0, ends),
        weeks=panel.weeks[source],
        scores=panel.scores[source],
        timings=panel.timings[source],
        group_names=panel.group_names,
        groups=panel.groups[courses],
        patients=panel.patients[courses],
        planned_end_weeks=panel.planned_end_weeks[courses],
        source=source,
    )
    first = (ends - lengths)[::n_shifts]
    return _Copies(copied, levels_of(panel.scores)[source] - lowered, first, length, age)


def _raised(prior: Prior, copies: _Copies, *, rows: Ints, shift: Ints, age: Ints) -> tuple[Floats, Floats]:
    """Return the distribution of the scores at the rows (n,) of the copies under their shifts, (n, 11), and the
    mean expected from the lowered history alone, (n,).
    """
    filtered = Filtered.of(prior, copies.panel, levels=copies.levels)
    by = SHIFTS[shift, age]
    before = np.where(age > 0, np.floor(SHIFTS[shift, np.maximum(age - 1, 0)]), 0.0)
    found = mixture_at(prior, filtered, rows=rows)
    history = History.before(copies.panel, rows)
    rise = (np.floor(by) - before).astype(np.int64)
    raised = answered(prior.answering, found.probabilities(rise=by), history=history, rise=rise)
    return raised, (found.weights * found.means).sum(axis=1)


def observed_memory(memory: Memory, scores: Ints) -> Floats:
    """Return M of the observed scores (n,) by how many starts are allowed, 0 to 3, (n, 4)."""
    rows = np.arange(len(scores))
    columns = [np.zeros(len(scores)), *(memory.ratio(allowed)[rows, scores] for allowed in range(1, N_BACK + 1))]
    return np.stack(columns, axis=1)


def panel_memory(prior: Prior, panel: Panel, *, p: Floats) -> Floats:
    """Return M of every observed score of a panel by how many starts are allowed, (n_scores, 4)."""
    return observed_memory(memory_of(prior, panel, p=p), panel.scores.astype(np.int64))
