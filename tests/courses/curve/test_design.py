import numpy as np
import pytest

from courses.curve.design import LONG_GAP_WEEKS, WEEKS_PER_UNIT, clamp_shift, forgotten, reachable_weeks


def level(curve: tuple[float, float, float], week: float, *, last: float, end: float) -> float:
    last_weeks = np.array([last])
    weeks = reachable_weeks(np.array([week]), last_weeks=last_weeks, planned_end_weeks=np.array([end]))
    shift = clamp_shift(np.array([curve]), weeks=weeks, last_weeks=last_weeks)
    u = weeks[0] / WEEKS_PER_UNIT
    return float(curve[0] + curve[1] * u + curve[2] * u * u + shift[0])


VALLEY = (6.0, -8.0, 8.0)


def test_vertex_ahead_is_held() -> None:
    assert level(VALLEY, 12.0, last=3.0, end=np.inf) == pytest.approx(4.0)


def test_vertex_behind_holds_the_last_score_s_level() -> None:
    assert level(VALLEY, 12.0, last=9.0, end=np.inf) == pytest.approx(level(VALLEY, 9.0, last=9.0, end=np.inf))


def test_fitted_past_is_left_alone() -> None:
    assert level(VALLEY, 9.0, last=12.0, end=4.0) == pytest.approx(6.0 - 6.0 + 4.5)


def test_planned_end_caps_a_falling_curve() -> None:
    assert level((6.0, -3.0, 0.0), 24.0, last=3.0, end=12.0) == pytest.approx(3.0)


def test_score_after_the_planned_end_moves_the_cap() -> None:
    assert level((6.0, -3.0, 0.0), 24.0, last=18.0, end=12.0) == pytest.approx(1.5)


def test_unplanned_course_is_looked_at_twelve_weeks_ahead() -> None:
    assert level((6.0, -1.0, 0.0), 100.0, last=12.0, end=np.inf) == pytest.approx(4.0)


def test_nothing_is_forgotten_within_eight_weeks_and_most_within_a_year_more() -> None:
    gaps = np.array([0.0, 1.0, LONG_GAP_WEEKS, 20.0, 60.0, 500.0])
    found = forgotten(gaps)
    assert np.all(found[:3] == 0.0)
    assert np.all(np.diff(found[2:]) > 0)
    assert found[4] == pytest.approx(1 - np.exp(-2.0))
    assert found[-1] == pytest.approx(1.0, abs=1e-6)
