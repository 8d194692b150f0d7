"""Memory: a lasting shift, judged by the history before it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel, Timing, sequential_predictions
from courses.curve.alarm.shift_memory import NEUTRAL_MEMORY, SHIFT_WEIGHTS, SHIFTS, memory_of
from courses.curve.response_style import History, answered
from courses.curve.scores import Floats
from courses.curve.sequential import curve_mixture
from courses.curve.study.simulation import regular_panel, simulate


def weekly(*scores: int) -> Panel:
    return Panel.of([CourseScores.of_one_timing(np.arange(len(scores)), scores=scores)])


def memory(panel: Panel) -> Floats:
    """M of every score, (n_scores, 11)."""
    return memory_of(SHIPPED_PRIOR, panel, p=sequential_predictions(SHIPPED_PRIOR, panel).p).ratio()


def test_terms_are_those_of_the_definition_calculated_one_by_one() -> None:
    """All levels stay inside 1 to 9 when lowered by 2, so that lowered scores can be given as scores."""
    panel = weekly(5, 6, 5, 7, 7, 8, 7, 6)
    p = sequential_predictions(SHIPPED_PRIOR, panel).p
    found = memory_of(SHIPPED_PRIOR, panel, p=p).terms
    scores, shift = panel.scores.astype(int), 2
    for row in range(panel.n_scores):
        for back in (1, 2, 3):
            start = row - back
            wanted = 0.0
            if start >= 2:
                lowered = panel.with_scores(np.where(panel.step >= start, panel.scores - shift, panel.scores))
                product = 1.0
                for at in range(start, row + 1):
                    rows = np.array([at])
                    expected = curve_mixture(SHIPPED_PRIOR, lowered, rows=rows).probabilities(rise=shift)
                    history = History.before(panel, rows)
                    rise = shift if at == start else 0
                    raised = answered(SHIPPED_PRIOR.answering, expected, history=history, rise=rise)[0]
                    product *= raised[scores[at]] / p[at, scores[at]]
                wanted = product * SHIFT_WEIGHTS[0]
            assert SHIFTS[0].tolist() == [shift] * 4
            assert found[row, back - 1, 0, scores[row]] == pytest.approx(wanted, rel=1e-9)


def test_what_lasts_is_noticed_and_what_was_once_is_not() -> None:
    lasting, once = (memory(weekly(3, 3, 4, 3, 3, 3, *since)) for since in ((5, 5, 5, 5), (6, 3, 3, 3)))
    assert [float(lasting[row, 5]) > 15 for row in (7, 8, 9)] == [True] * 3
    assert max(float(once[row, 3]) for row in (7, 8, 9)) < 12


def test_no_memory_before_two_earlier_scores_and_a_start() -> None:
    found = memory(weekly(3, 9, 9, 9, 9))
    assert (found[:3] == 0).all()
    assert (found[3:, 9] > 0).all()


@pytest.mark.parametrize(
    ("scores", "speaks_from"),
    [
        # One point above both scores before a start of one, two or three scores ago.
        ((6, 6, 6, 6), 7),
        ((6, 6, 7, 6), 7),
        ((6, 5, 6, 6), 7),
        ((8, 7, 6, 5), 8),
        # Two points above them since, whatever the newest.
        ((6, 6, 8, 6), 0),
        # Where a start of three scores ago lies at the third score.
        ((9, 9, 5, 5, 5), 6),
    ],
)
def test_memory_asks_for_a_rise_in_the_patients_own_scores(scores: tuple[int, ...], speaks_from: int) -> None:
    found = memory(weekly(*scores, 0))[-1]
    assert (found > 0).tolist() == [score >= speaks_from for score in range(11)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=4, max_size=14))
def test_scores_that_never_rise_never_speak_for_a_shift(scores: list[int]) -> None:
    panel = weekly(*sorted(scores, reverse=True))
    rows = np.arange(panel.n_scores)
    assert (memory(panel)[rows, panel.scores.astype(int)] == 0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=4, max_size=14), st.floats(0.1, 30))
def test_memory_never_falls_with_the_newest_score(scores: list[int], gap: float) -> None:
    weeks = np.arange(len(scores)) * gap
    found = memory(Panel.of([CourseScores.of_one_timing(weeks, scores=scores)]))
    assert (np.diff(found, axis=1) >= 0).all()
    assert np.isfinite(found).all()


def test_later_scores_change_nothing() -> None:
    whole, part = memory(weekly(4, 5, 4, 6, 6, 7, 9, 0)), memory(weekly(4, 5, 4, 6, 6, 7))
    assert whole[:6] == pytest.approx(part, rel=1e-3)


def test_courses_do_not_disturb_each_other() -> None:
    courses = [
        CourseScores.of_one_timing(np.arange(7) * gap, scores=scores)
        for gap, scores in ((1.0, (3, 3, 4, 5, 5, 6, 5)), (2.0, (7, 6, 6, 8, 8, 9, 9)))
    ]
    together = memory(Panel.of(courses))
    alone = np.concatenate([memory(Panel.of([course])) for course in courses])
    assert together == pytest.approx(alone, rel=1e-3)


def test_timings_are_kept_apart_and_a_shift_is_that_of_the_course() -> None:
    """Each timing has its own memory; the scores of the other are lowered from the start's session on too."""
    scores = (3, 3, 4, 3, 3, 5, 5, 5)
    course = CourseScores(
        weeks=np.repeat(np.arange(8.0), 2),
        scores=np.repeat(scores, 2),
        timings=(Timing.BEFORE, Timing.AFTER) * 8,
    )
    panel = Panel.of([course])
    found = memory(panel)
    after = panel.timings == panel.timings[1]
    assert (found[after][:3] == 0).all()
    assert float(found[after][7, 5]) > NEUTRAL_MEMORY
    assert float(found[~after][7, 5]) > NEUTRAL_MEMORY


def test_rows_asked_for_are_those_of_all() -> None:
    panel = weekly(4, 5, 4, 6, 6, 7, 6)
    p = sequential_predictions(SHIPPED_PRIOR, panel).p
    one = memory_of(SHIPPED_PRIOR, panel, p=p, rows=np.array([6]))
    assert one.ratio()[0] == pytest.approx(memory_of(SHIPPED_PRIOR, panel, p=p).ratio()[6], rel=1e-9)


def test_without_a_shift_the_mean_is_neutral() -> None:
    """A test martingale: each product has mean 1; checked before taking the running maximum."""
    panel = regular_panel(n_courses=3_000, n_scores=6)
    panel = panel.with_scores(simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(1)))
    terms = memory_of(SHIPPED_PRIOR, panel, p=sequential_predictions(SHIPPED_PRIOR, panel).p).terms
    observed = terms.sum(axis=2)[np.arange(panel.n_scores), :, panel.scores.astype(int)]
    mean = observed[panel.step == 5].sum(axis=1).mean()
    assert mean == pytest.approx(NEUTRAL_MEMORY, rel=0.25)
