from dataclasses import replace

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, Panel
from courses.curve.prior import Answering
from courses.curve.response_style import History, answered, repeat_probabilities
from courses.curve.response_style_fit import Answers, _answering, _objective, _pulls, _vector, fit_answering
from courses.curve.sequential import curve_mixture
from courses.curve.study.simulation import regular_panel, simulate

HABITS = Answering(
    preference=(0.4, *(-0.1,) * 9, 0.5),
    fresh=0.08,
    fresh_shares=(0.3, *(0.07,) * 10),
    repeat=0.2,
    repeat_strength=4.0,
    repeat_share=0.4,
    repeat_log_odds_at_ends=(0.9, -0.3),
)


def history(last: list[int], *, chances: int = 4, repeats: int = 2) -> History:
    n = len(last)
    return History(np.array(last), np.full(n, chances), np.full(n, repeats))


def test_no_earlier_score_cannot_be_repeated() -> None:
    assert repeat_probabilities(HABITS, history([-1])).tolist() == [0.0]


def test_those_who_repeat_are_expected_to() -> None:
    rare, often = (repeat_probabilities(HABITS, history([5], repeats=n))[0] for n in (0, 4))
    assert often > rare


def test_distribution_stays_one() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(11), size=3)
    assert np.allclose(answered(HABITS, p, history=history([-1, 0, 10])).sum(axis=1), 1.0)


def test_repeated_score_rises_with_a_rise() -> None:
    p = np.full((1, 11), 1 / 11)
    still = answered(HABITS, p, history=history([4]))
    raised = answered(HABITS, p, history=history([4]), rise=3)
    assert still[0].argmax() == 4
    assert raised[0].argmax() == 7


def test_nothing_special_leaves_the_curve_s_own() -> None:
    plain = Answering(fresh=1e-12, repeat=1e-12, repeat_share=1e-12)
    p = np.random.default_rng(1).dirichlet(np.ones(11), size=2)
    assert np.allclose(answered(plain, p, history=history([3, 8])), p)


def test_vector_survives_the_way_back() -> None:
    back = _vector(_answering(_vector(HABITS)))
    shifted = _vector(HABITS)
    shifted[:11] -= shifted[:11].mean()
    shifted[12:23] += back[12] - shifted[12]
    assert np.allclose(back, shifted)


def test_gradient_is_that_of_the_penalised_likelihood(forty: Panel) -> None:
    rows = np.flatnonzero(forty.previous_of_timing >= 0)
    expected = curve_mixture(SHIPPED_PRIOR, forty, rows=rows).probabilities()
    answers = Answers(forty.scores[rows].astype(int), expected, History.before(forty, rows))
    centre, pulls = _vector(Answering()), _pulls(0.2)
    vector = _vector(HABITS)
    _, gradient = _objective(vector, answers, centre, pulls)
    steps = 1e-6 * np.eye(len(vector))
    numeric = [
        (
            _objective(vector + step, answers, centre, pulls)[0]
            - _objective(vector - step, answers, centre, pulls)[0]
        )
        / 2e-6
        for step in steps
    ]
    assert np.allclose(gradient, numeric, atol=1e-3)


def test_habits_are_found() -> None:
    truth = replace(SHIPPED_PRIOR, answering=replace(HABITS, preference=(0.0,) * 11))
    panel = regular_panel(n_courses=1200, n_scores=12)
    panel = panel.with_scores(simulate(truth, panel, rng=np.random.default_rng(4)))
    found = fit_answering(truth, panel, shipped=Answering())
    assert found.repeat == pytest.approx(HABITS.repeat, abs=0.07)
    assert found.repeat_log_odds_at_ends[0] > 0.2
    assert 0.05 < found.fresh < 0.16
    assert np.argmax(found.fresh_shares) == 0


def test_no_second_score_leaves_the_shipped_habits() -> None:
    assert fit_answering(SHIPPED_PRIOR, Panel.of([]), shipped=HABITS) == HABITS
