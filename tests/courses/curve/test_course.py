from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.curve import (
    SHIPPED_PRIOR,
    CannotTell,
    CourseScores,
    NextScore,
    Relief,
    ShapeName,
    Timing,
    Unknown,
    condition,
)

BEFORE = Timing.BEFORE


def weekly(scores: list[int], *, end: float | None = 12.0) -> CourseScores:
    return CourseScores.of_one_timing(np.arange(len(scores)), scores=scores, planned_end_week=end)


def next_of(course: CourseScores, week: float) -> NextScore:
    found = condition(SHIPPED_PRIOR, course).next_score(week, BEFORE)
    assert isinstance(found, NextScore)
    return found


def test_second_score_is_two_of_three() -> None:
    found = condition(SHIPPED_PRIOR, weekly([5])).next_score(1.0, BEFORE)
    assert found == CannotTell(Unknown.TOO_FEW_SCORES, 2, 3, "shipped")


def test_third_score_can_be_predicted() -> None:
    assert next_of(weekly([5, 5]), 2.0).n_scores == 2


def test_scores_of_another_timing_do_not_count() -> None:
    found = condition(SHIPPED_PRIOR, weekly([5, 5, 5])).next_score(3.0, Timing.AFTER)
    assert isinstance(found, CannotTell)
    assert found.have == 1


def test_scores_after_the_week_are_not_used() -> None:
    assert np.allclose(next_of(weekly([6, 5, 5, 9, 10]), 2.5).p, next_of(weekly([6, 5, 5]), 2.5).p)


def test_bounds_hold_their_share() -> None:
    found = next_of(weekly([7, 6, 6, 5, 5]), 5.0)
    low, high = found.interval90
    assert found.p[low : high + 1].sum() >= 0.9
    assert low <= found.interval50[0] <= found.mean <= found.interval50[1] <= high == found.upper90


def test_rare_score_is_once_in_many() -> None:
    found = next_of(weekly([4, 4, 3, 4, 4, 3, 4]), 7.0)
    assert found.one_in(8) > 60
    assert found.one_in(0) == 1


def test_answers_name_their_prior() -> None:
    course = condition(SHIPPED_PRIOR, weekly([7, 6, 6, 5]))
    relief = course.relief(12.0)
    assert isinstance(relief, Relief)
    assert {course.shape(12.0).prior_version, relief.prior_version} == {"shipped"}


def test_steady_fall_is_steady_with_relief() -> None:
    course = condition(SHIPPED_PRIOR, weekly([8, 7, 7, 6, 5, 5, 4, 4, 3, 3]))
    relief = course.relief(12.0)
    assert isinstance(relief, Relief)
    assert relief.p30 > 0.95
    assert relief.p30 >= relief.p50
    assert relief.expected_gain == pytest.approx(1 - relief.end / relief.start)
    assert course.shape(12.0).name is ShapeName.STEADY


def test_relief_of_a_low_start_is_not_given() -> None:
    found = condition(SHIPPED_PRIOR, weekly([1, 1, 0, 1, 0])).relief(12.0)
    assert isinstance(found, CannotTell)
    assert found.reason_code is Unknown.START_TOO_LOW


def test_relief_needs_three_scores() -> None:
    assert isinstance(condition(SHIPPED_PRIOR, weekly([7, 7])).relief(12.0), CannotTell)


def test_rise_then_fall_has_shape_and_peak() -> None:
    course = condition(SHIPPED_PRIOR, weekly([4, 6, 7, 7, 8, 8, 9, 9, 9, 9, 8, 8, 7, 6, 5, 3, 2, 1]))
    assert course.shape(17.0).name is ShapeName.FLARE_THEN_IMPROVE
    peak = course.peak(17.0)
    assert peak is not None
    assert 3 < peak.week_interval90[0] < peak.week < peak.week_interval90[1] < 12
    assert peak.height_interval90[0] < peak.height < peak.height_interval90[1] <= 10


def test_steady_fall_has_no_peak() -> None:
    assert condition(SHIPPED_PRIOR, weekly([8, 7, 7, 6, 5, 5, 4, 4, 3, 3])).peak(12.0) is None


def test_rise_is_worsening() -> None:
    assert (
        condition(SHIPPED_PRIOR, weekly([4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9])).shape(12.0).name
        is ShapeName.WORSENING
    )


def test_shapes_share_all_probability() -> None:
    assert sum(condition(SHIPPED_PRIOR, weekly([5, 5])).shape(12.0).probabilities.values()) == pytest.approx(1)


def test_bands_are_nested_within_the_scale() -> None:
    bands = condition(SHIPPED_PRIOR, weekly([1, 0, 2, 1])).bands(np.linspace(0, 30, 40), BEFORE)
    order = [np.zeros(40), bands.lower90, bands.lower50, bands.upper50, bands.upper90, np.full(40, 10.0)]
    assert all(np.all(low <= high) for low, high in pairwise(order))
    assert np.all((bands.mean >= 0) & (bands.mean <= 10))


def test_projection_never_turns_up_again_but_for_what_fades() -> None:
    bands = condition(SHIPPED_PRIOR, weekly([9, 7, 5, 4, 3, 3], end=None)).bands(np.linspace(5, 52, 60), BEFORE)
    assert np.all(bands.mean <= bands.mean[0] + 0.2)


def test_bands_of_another_timing_are_offered_before_its_first_score() -> None:
    bands = condition(SHIPPED_PRIOR, weekly([6, 6, 6, 6])).bands(np.array([4.0]), Timing.DAY1)
    before = condition(SHIPPED_PRIOR, weekly([6, 6, 6, 6])).bands(np.array([4.0]), BEFORE)
    assert bands.upper90[0] - bands.lower90[0] > before.upper90[0] - before.lower90[0]


courses = st.lists(
    st.tuples(st.floats(0, 60), st.integers(0, 10), st.sampled_from(list(Timing))), min_size=0, max_size=14
)


@settings(deadline=None, max_examples=60)
@given(rows=courses, week=st.floats(0, 80), timing=st.sampled_from(list(Timing)))
def test_any_course_can_be_asked_anything(
    rows: list[tuple[float, int, Timing]], week: float, timing: Timing
) -> None:
    course = condition(
        SHIPPED_PRIOR,
        CourseScores(
            weeks=np.array([row[0] for row in rows]),
            scores=np.array([row[1] for row in rows], dtype=int),
            timings=tuple(row[2] for row in rows),
            planned_end_week=8.0,
        ),
    )
    found = course.next_score(week, timing)
    if isinstance(found, NextScore):
        assert found.p.sum() == pytest.approx(1)
        assert np.all(found.p > 0)
        assert np.all(np.diff(found.lr_star) >= 0)
    bands = course.bands(np.array([0.0, week]), timing)
    assert np.all(np.isfinite([bands.mean, bands.lower90, bands.upper90]))
    assert sum(course.shape(week).probabilities.values()) == pytest.approx(1)
    course.relief(week)
    course.peak(week)


@pytest.mark.parametrize("scores", [[0] * 12, [10] * 12, [5] * 60, [0, 10] * 30, [10] * 5 + [0] * 5], ids=str)
def test_extreme_courses_are_predicted(scores: list[int]) -> None:
    found = next_of(weekly(scores), float(len(scores)))
    assert np.all(np.isfinite(found.lr_star))
    assert found.p.sum() == pytest.approx(1)


def test_all_zero_expects_zero_and_all_ten_expects_ten() -> None:
    assert next_of(weekly([0] * 12), 12.0).p.argmax() == 0
    assert next_of(weekly([10] * 12), 12.0).p.argmax() == 10


def test_months_without_a_score_widen_the_bounds() -> None:
    soon, late = (next_of(weekly([6, 5, 5, 5], end=None), week) for week in (4.0, 40.0))
    assert late.interval90[1] - late.interval90[0] >= soon.interval90[1] - soon.interval90[0]


def test_two_scores_at_one_time_are_both_used() -> None:
    course = CourseScores.of_one_timing([0.0, 1.0, 1.0, 2.0], scores=[5, 5, 9, 6])
    assert next_of(course, 3.0).n_scores == 4


@pytest.mark.parametrize("week", [0.5, 2.0, 6.0, 9.0])
def test_means_of_several_timings_are_those_of_each_alone(mixed_course: CourseScores, week: float) -> None:
    posterior = condition(SHIPPED_PRIOR, mixed_course)
    timings = list(Timing)
    alone = [posterior.next_score(week, timing) for timing in timings]
    means = [None if isinstance(one, CannotTell) else one.mean for one in alone]
    together = posterior.next_means(week, timings)
    assert [mean is None for mean in together] == [mean is None for mean in means]
    assert np.allclose([mean or 0.0 for mean in together], [mean or 0.0 for mean in means])
