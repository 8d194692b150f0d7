"""Predictions of many scores at once: the next score of each course, or every score from its earlier ones."""

from dataclasses import dataclass

import numpy as np

from courses.curve.design import clamp_shift, forgotten, reachable_weeks
from courses.curve.filtering import Filtered
from courses.curve.kept_relief import with_kept
from courses.curve.panel import Panel
from courses.curve.posterior import NoiseGrid, posterior
from courses.curve.predictive import RISE, Mixture, Targets, mixture
from courses.curve.prior import Prior
from courses.curve.response_style import History, answered
from courses.curve.scores import N_SCORE_VALUES, Bools, Floats, Ints

MIN_EARLIER_SCORES = 2
BLOCK_COURSES = 2048


@dataclass(frozen=True, eq=False)
class Predictions:
    """Distributions of n scores: p (n, 11), that of the curve without good sessions kept (n, 11), that with the
    mean raised by 3 (n, 11); which can be predicted (n,).
    """

    p: Floats
    curve: Floats
    raised: Floats
    can_tell: Bools


def curve_mixture(prior: Prior, panel: Panel, *, rows: Ints, n_nodes: int | None = None) -> Mixture:
    """Return what the curve expects at the rows (n,), each from the earlier rows of its course, clamped."""
    return mixture_at(prior, Filtered.of(prior, panel), rows=rows, n_nodes=n_nodes)


def mixture_at(prior: Prior, filtered: Filtered, *, rows: Ints, n_nodes: int | None = None) -> Mixture:
    """Return the same for a panel that has been filtered."""
    panel = filtered.panel
    grid = NoiseGrid.of(prior, n_scores=int(panel.lengths.max(initial=0)), n_nodes=n_nodes)
    found = posterior(filtered.effects, filtered.information_before(rows), grid=grid)
    course, means = panel.course[rows], filtered.means[panel.course[rows]]
    last_weeks = panel.weeks[np.maximum(rows - 1, panel.starts[course])]
    ends = panel.planned_end_weeks[course]
    weeks = reachable_weeks(panel.weeks[rows], last_weeks=last_weeks, planned_end_weeks=ends)
    capped = filtered.effects.rows(weeks, timings=panel.timings[rows]) - filtered.rows[rows]
    curves = means + found.deviation(filtered.effects)
    shift = clamp_shift(curves, weeks=weeks, last_weeks=last_weeks) + np.einsum("nr,nr->n", capped, means)
    innovation = filtered.innovations.columns[rows]
    targets = Targets(
        x=innovation[:, 1:] + capped,
        base=filtered.levels[rows] - innovation[:, 0] + shift,
        variance=filtered.innovations.variances[rows],
        added=prior.covariance[0][0] * forgotten(panel.weeks[rows] - last_weeks),
    )
    return mixture(filtered.effects, found, targets=targets)


def predict_rows(
    prior: Prior, panel: Panel, *, rows: Ints, n_nodes: int | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return p, that of the curve alone and that raised by 3 of the rows (n,) from the earlier rows of their
    courses, (n, 11) each.
    """
    found = curve_mixture(prior, panel, rows=rows, n_nodes=n_nodes)
    history = History.before(panel, rows)
    curve = answered(prior.answering, found.probabilities(), history=history)
    raised = answered(prior.answering, found.probabilities(rise=RISE), history=history, rise=RISE)
    return with_kept(prior.answering, curve, found=found, history=history), curve, raised


def next_scores(prior: Prior, panel: Panel, *, weeks: Floats, timings: Ints) -> Predictions:
    """Predict one coming score per course, at weeks (n_courses,) and timing codes (n_courses,).

    The panel's scores must be earlier than the coming ones. Time and memory are linear in courses.
    """
    p, curve, raised = np.empty((3, panel.n_courses, N_SCORE_VALUES))
    can_tell = np.zeros(panel.n_courses, dtype=bool)
    for block in _blocks(panel):
        part = panel.select(block).with_next(weeks=weeks[block], timings=timings[block])
        last = part.starts[1:] - 1
        p[block], curve[block], raised[block] = predict_rows(prior, part, rows=last)
        can_tell[block] = part.n_earlier_of_timing[last] >= MIN_EARLIER_SCORES
    return Predictions(p, curve, raised, can_tell)


def sequential_predictions(prior: Prior, panel: Panel) -> Predictions:
    """Predict every score from the earlier ones of its course (Dawid 1984), rows as in the panel."""
    p, curve, raised = np.empty((3, panel.n_scores, N_SCORE_VALUES))
    for block in _blocks(panel):
        part = panel.select(block)
        rows = np.arange(part.n_scores)
        places = rows - part.starts[part.course] + panel.starts[block][part.course]
        p[places], curve[places], raised[places] = predict_rows(prior, part, rows=rows)
    return Predictions(p, curve, raised, panel.n_earlier_of_timing >= MIN_EARLIER_SCORES)


def _blocks(panel: Panel) -> list[Ints]:
    """Return courses of similar length together, few enough to stay in cache."""
    order = np.argsort(panel.lengths, kind="stable")
    return [order[start : start + BLOCK_COURSES] for start in range(0, len(order), BLOCK_COURSES)]
