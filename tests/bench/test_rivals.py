"""The rivals of the curve: every simple predictor gives distributions, from earlier scores alone."""

import numpy as np
import pytest

from bench.curve_rivals import RIVALS, rival_predictions
from bench.rivals.rows import told_rows, written_higher
from bench.worsening import FIRST_START, worsened
from courses.curve import SHIPPED_PRIOR, Panel
from courses.curve.study.simulation import regular_panel, simulate


@pytest.fixture(scope="module")
def diary() -> Panel:
    panel = regular_panel(n_courses=60, n_scores=7)
    return panel.with_scores(simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(2)))


@pytest.mark.parametrize("name", RIVALS)
def test_rival_gives_distributions_better_than_none(diary: Panel, name: str) -> None:
    rows, scores = told_rows(diary), diary.scores.astype(int)
    p = rival_predictions(diary, RIVALS[name])[rows]
    assert np.all(p > 0)
    assert np.allclose(p.sum(axis=1), 1.0)
    assert np.log(p[np.arange(len(rows)), scores[rows]]).mean() > np.log(1 / 11)


@pytest.mark.parametrize("name", RIVALS)
def test_rival_uses_no_later_score(diary: Panel, name: str) -> None:
    predict = RIVALS[name](diary)
    rows = told_rows(diary)[::5]
    changed = diary.scores.copy()
    last = diary.starts[1:] - 1
    changed[last] = 10 - changed[last]
    before, after = predict(diary, rows), predict(diary.with_scores(changed), rows)
    assert np.allclose(before, after)


def test_score_written_higher_is_three_more() -> None:
    p = np.full((1, 11), 1e-9)
    p[0, 2] = 1.0
    assert written_higher(p)[0].argmax() == 5


def test_five_in_a_hundred_get_worse_and_nobody_else(diary: Panel) -> None:
    many = diary.select(np.tile(np.arange(60), 40))
    found = worsened(many, rng=np.random.default_rng(1))
    is_worse = np.bincount(many.course, weights=found.k) > 0
    assert is_worse.mean() == pytest.approx(0.05, abs=0.015)
    changed = found.panel.scores != many.scores
    assert not changed[found.k == 0].any()
    assert np.all(found.panel.scores >= many.scores)
    assert many.step[found.k > 0].min() == FIRST_START
