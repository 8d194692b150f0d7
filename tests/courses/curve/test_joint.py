"""The joint alarm, scanned in order with restart."""

import numpy as np
import pytest

from courses.curve import CourseScores, Panel
from courses.curve.alarm.joint import JointStatistic, joint_thresholds
from courses.curve.scores import Bools


def panel_of(*lengths: int) -> Panel:
    return Panel.of([CourseScores.of_one_timing(np.arange(n), scores=[5] * n, patient=n) for n in lengths])


def statistic(panel: Panel, *, seed: int, fixed: float = 0.0) -> JointStatistic:
    rng = np.random.default_rng(seed)
    memory = np.cumsum(rng.exponential(4.0, (panel.n_scores, 4)), axis=1)
    memory[:, 0] = 0.0
    lr = rng.exponential(2.0, panel.n_scores)
    return JointStatistic.of(panel, lr=lr, memory=memory, is_fixed=rng.random(panel.n_scores) < fixed)


def one_by_one(one: JointStatistic, *, lr: float, memory: float) -> Bools:
    """The same in plain loops, every score a session."""
    alarms = np.zeros(one.panel.n_scores, dtype=bool)
    for course in range(one.panel.n_courses):
        last = -1
        for row in range(one.panel.starts[course], one.panel.starts[course + 1]):
            step = row - one.panel.starts[course]
            allowed = sum(1 for back in (1, 2, 3) if step - back >= 0 and step - back > last)
            if one.is_fixed[row] or one.lr[row] > lr or one.memory[row, allowed] > memory:
                alarms[row], last = True, step
    return alarms


@pytest.mark.parametrize("seed", range(6))
def test_scan_is_that_of_plain_loops(seed: int) -> None:
    one = statistic(panel_of(1, 9, 4, 12, 7, 3), seed=seed, fixed=0.1)
    alarms, _ = one.scan(lr=6.0, memory=14.0)
    assert alarms.tolist() == one_by_one(one, lr=6.0, memory=14.0).tolist()
    assert one.alarms(lr=6.0, memory=14.0).tolist() == alarms.tolist()
    assert 0 < alarms.sum() < len(alarms)


def test_alarm_is_not_repeated_for_what_began_before_it() -> None:
    panel = panel_of(6)
    memory = np.tile([0.0, 1.0, 50.0, 50.0], (6, 1))
    one = JointStatistic.of(panel, lr=np.zeros(6), memory=memory)
    alarms, counted = one.scan(lr=9.0, memory=40.0)
    assert alarms.tolist() == [False, False, True, False, False, True]
    assert counted.tolist() == [0.0, 1.0, 50.0, 0.0, 1.0, 50.0]


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.2])
def test_thresholds_meet_the_rate_from_below(rate: float) -> None:
    one = statistic(panel_of(*range(3, 60)), seed=1)
    told = one.panel.step >= 2
    lr, memory = joint_thresholds(one, told=told, rate=rate)
    n = one.scan(lr=lr, memory=memory)[0][told].sum()
    assert rate * told.sum() - 2 <= n <= rate * told.sum()


def test_session_with_an_alarm_does_not_count_for_another_timing_of_it() -> None:
    """Two scores of one session: after an alarm at the first, the second begins no new shift."""
    panel = panel_of(4)
    memory = np.tile([0.0, 50.0, 50.0, 50.0], (4, 1))
    one = JointStatistic.of(panel, lr=np.array([0.0, 9.0, 0, 0]), memory=memory, session=np.array([0, 1, 1, 2]))
    assert one.scan(lr=5.0, memory=40.0)[0].tolist() == [False, True, False, False]
