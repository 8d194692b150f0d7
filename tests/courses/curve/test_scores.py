import numpy as np
import pytest

from courses.curve import CourseScores, Timing


def test_score_above_ten_is_named() -> None:
    with pytest.raises(ValueError, match="scores"):
        CourseScores.of_one_timing([0.0], scores=[11])


def test_half_score_is_refused() -> None:
    with pytest.raises(ValueError, match="scores"):
        CourseScores(weeks=np.zeros(1), scores=np.array([2.5]), timings=(Timing.BEFORE,))


@pytest.mark.parametrize("week", [-1.0, np.nan, np.inf])
def test_impossible_week_is_named(week: float) -> None:
    with pytest.raises(ValueError, match="weeks"):
        CourseScores.of_one_timing([week], scores=[4])


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        CourseScores(weeks=np.zeros(2), scores=np.array([1, 2]), timings=(Timing.BEFORE,))


def test_unknown_timing_is_refused() -> None:
    with pytest.raises(ValueError, match="later"):
        CourseScores(weeks=np.zeros(1), scores=np.array([1]), timings=("later",))  # type: ignore[arg-type]


def test_negative_planned_end_is_named() -> None:
    with pytest.raises(ValueError, match="planned_end_week"):
        CourseScores.of_one_timing([0.0], scores=[4], planned_end_week=-2.0)


def test_until_keeps_scores_up_to_the_week(mixed_course: CourseScores) -> None:
    early = mixed_course.until(1.0)
    assert sorted(early.weeks.tolist()) == [0.0, 0.0, 0.14, 1.0, 1.0]
    assert len(early.timings) == 5
