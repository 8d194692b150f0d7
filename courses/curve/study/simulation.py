"""Courses drawn from a Prior: what the model itself expects."""

import numpy as np

from courses.curve.design import Effects
from courses.curve.panel import Panel
from courses.curve.prior import ROUNDING_SD, Answering, Prior
from courses.curve.response_style import History, repeat_probabilities
from courses.curve.scores import HIGHEST_SCORE, N_SCORE_VALUES, Floats, Ints


def regular_panel(*, n_courses: int, n_scores: int, weeks_between: float = 1.0) -> Panel:
    """Return an empty diary: courses of equally spaced before-scores, all 0, planned to end with the last."""
    weeks = np.tile(np.arange(n_scores) * weeks_between, n_courses)
    return Panel.of_rows(
        np.repeat(np.arange(n_courses), n_scores),
        weeks=weeks,
        scores=np.zeros(len(weeks)),
        timings=np.zeros(len(weeks), dtype=np.int64),
        group_names=("",),
        groups=np.zeros(n_courses, dtype=np.int64),
        patients=np.arange(n_courses),
        planned_end_weeks=np.full(n_courses, n_scores * weeks_between),
    )


def simulate(prior: Prior, panel: Panel, *, rng: np.random.Generator) -> Floats:
    """Return scores (n_scores,) drawn from the Prior for the weeks, timings and groups of a panel's rows."""
    effects = Effects.of(prior, panel.timings)
    z = rng.standard_normal(panel.n_courses)
    means = effects.means_of(prior, panel.group_names)[panel.groups] + z[:, None] * effects.slope
    curves = means + rng.standard_normal(means.shape) @ effects.root.T
    level = np.einsum("nr,nr->n", effects.rows(panel.weeks, timings=panel.timings), curves[panel.course])
    variance = prior.noise_variance(z)[panel.course]
    # Rounding to a whole score adds its own part of the noise.
    unrounded = np.sqrt(variance - ROUNDING_SD**2) * rng.standard_normal(panel.n_scores)
    latent = level + np.sqrt(variance) * _deviations(prior, panel, rng=rng) + unrounded
    return _answers(prior.answering, panel.with_scores(np.clip(np.rint(latent), 0, HIGHEST_SCORE)), rng=rng)


def _answers(answering: Answering, panel: Panel, *, rng: np.random.Generator) -> Floats:
    """Return the scores as written, some fresh, some repeated (n_scores,); no preference of scores."""
    is_fresh = rng.random(panel.n_scores) < answering.fresh
    fresh = rng.choice(N_SCORE_VALUES, size=panel.n_scores, p=answering.fresh_shares)
    chance = rng.random(panel.n_scores)
    for step in range(int(panel.lengths.max(initial=0))):
        rows = np.flatnonzero(panel.step == step)
        history = History.before(panel, rows)
        repeats = chance[rows] < repeat_probabilities(answering, history)
        written = np.where(repeats, history.last, panel.scores[rows])
        scores = panel.scores.copy()
        scores[rows] = np.where(is_fresh[rows], fresh[rows], written)
        panel = panel.with_scores(scores)
    return panel.scores


def _deviations(prior: Prior, panel: Panel, *, rng: np.random.Generator) -> Floats:
    """Return Ornstein-Uhlenbeck deviations in units of the patient's noise, (n_scores,)."""
    out = np.zeros(panel.n_scores)
    fresh: Floats = prior.carry * rng.standard_normal(panel.n_scores)
    for step in range(int(panel.lengths.max(initial=0))):
        rows: Ints = np.flatnonzero(panel.step == step)
        out[rows] = fresh[rows]
        if step:
            kept = np.exp((panel.weeks[rows - 1] - panel.weeks[rows]) / prior.carry_weeks)
            out[rows] = kept * out[rows - 1] + np.sqrt(1.0 - kept**2) * fresh[rows]
    return out
