"""Rises added to held-out courses."""

import io

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel
from courses.curve.study.evaluation import evaluate, read_series
from courses.curve.study.rises import KINDS, UNTOUCHED, Draws, as_numbers, figures_of, predict_rises
from courses.curve.study.simulation import regular_panel, simulate


@pytest.fixture(scope="module")
def clinic() -> Panel:
    panel = regular_panel(n_courses=120, n_scores=9)
    return panel.with_scores(simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(2)))


def lengths(*each: int) -> Panel:
    return Panel.of([CourseScores.of_one_timing(np.arange(n), scores=[9] * n, patient=n) for n in each])


def test_start_lies_between_the_fourth_and_the_fourth_last_score() -> None:
    starts = [Draws.of(lengths(6, 7, 8, 20), seed=seed).start for seed in range(200)]
    short, seven, eight, twenty = (set(column.tolist()) for column in np.array(starts).T)
    assert short == {-1}
    assert seven == {3}
    assert eight == {3, 4}
    assert twenty == set(range(3, 17))


def test_rises_are_what_they_are_called_and_end_at_ten() -> None:
    panel = lengths(12).with_scores(np.full(12, 4.0))
    draws = Draws.of(panel, seed=0)
    since = {kind: draws.risen(panel, kind)[draws.start[0] :] - 4 for kind in KINDS}
    before = [draws.risen(panel, kind)[: draws.start[0]].tolist() for kind in KINDS]
    assert before == [[4.0] * draws.start[0]] * 4
    assert set(since["lasting2"]) == {2.0}
    assert set(since["lasting3"]) == {3.0}
    assert since["once3"].tolist() == [3.0, *[0.0] * (len(since["once3"]) - 1)]
    steps = since["drift"][:4].tolist()
    assert steps in ([0, 1, 1, 2], [1, 1, 2, 2])
    assert draws.risen(lengths(12), "lasting3").max() == 10


def test_alarms_on_the_untouched_series_keep_to_the_rate(clinic: Panel) -> None:
    _, found = predict_rises(clinic, fit=lambda _panel: SHIPPED_PRIOR)
    figures = figures_of(found)
    assert [one.kind for one in found] == [UNTOUCHED, *KINDS]
    assert 0.025 - 2 / figures.n_told <= figures.false_alarms <= 0.025
    assert figures.joint["lasting2_by4"].share > figures.single["lasting2_by4"].share
    assert {one.n for one in figures.joint.values()} == {120}
    expected = np.sqrt(figures.joint["once3"].share * (1 - figures.joint["once3"].share) / 120)
    assert figures.joint["once3"].error == pytest.approx(expected)
    numbers = as_numbers(figures)
    shares = [
        name for name in numbers if name.startswith(("lasting", "drift", "once")) and name[-2:] not in ("_n", "se")
    ]
    assert shares
    assert all(f"{name}_n" in numbers and f"{name}_se" in numbers for name in shares)


def test_no_course_is_long_enough() -> None:
    _, found = predict_rises(lengths(3, 4, 5), fit=lambda _panel: SHIPPED_PRIOR, n_folds=2)
    numbers = as_numbers(figures_of(found))
    assert numbers["lasting2_by4"] is None
    assert numbers["lasting2_by4_n"] == 0


def test_folds_and_figures_do_not_depend_on_the_order_of_rows() -> None:
    rng = np.random.default_rng(4)
    rows = [f"s{subject},{week},{rng.integers(2, 8)}" for subject in range(12) for week in range(8)]
    shuffled = [rows[place] for place in rng.permutation(len(rows))]
    first, second = (
        evaluate(read_series(io.StringIO("subject,week,score\n" + "\n".join(lines))), n_folds=2, kinds=KINDS)
        for lines in (rows, shuffled)
    )
    assert first.figures | {"seconds": 0} == second.figures | {"seconds": 0}
    assert first.joint().tolist() == second.joint().tolist()
