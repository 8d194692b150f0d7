from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.curve import (
    SHIPPED_PRIOR,
    CourseScores,
    Panel,
    Timing,
    condition,
    fit_prior,
    next_scores,
    sequential_predictions,
)
from courses.curve.prior import Answering
from courses.curve.results import NextScore
from tests.courses.curve.diaries import smooth_course

PRIOR = replace(SHIPPED_PRIOR, noise_slope=(0.5, 0.0, 0.0), answering=Answering(repeat=0.2, fresh=0.02))


def empty_course() -> CourseScores:
    return CourseScores(weeks=np.zeros(0), scores=np.zeros(0, dtype=int), timings=())


def test_each_row_is_predicted_as_from_its_earlier_rows_alone(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course])
    all_at_once = sequential_predictions(PRIOR, panel).p
    timings = np.array(mixed_course.timings)[panel.source]
    for row in range(2, panel.n_scores):
        earlier = CourseScores(
            weeks=panel.weeks[:row],
            scores=panel.scores[:row].astype(int),
            timings=tuple(timings[:row]),
            planned_end_week=8.0,
        )
        code = panel.timings[[row]]
        alone = next_scores(PRIOR, Panel.of([earlier]), weeks=panel.weeks[[row]], timings=code)
        assert np.allclose(alone.p[0], all_at_once[row], atol=1e-4)


def test_later_scores_change_nothing(forty: Panel) -> None:
    changed = forty.scores.copy()
    last = forty.starts[1:] - 1
    changed[last] = 10 - changed[last]
    before, after = (sequential_predictions(PRIOR, p).p for p in (forty, forty.with_scores(changed)))
    assert np.allclose(before, after)


def test_order_of_rows_and_courses_changes_nothing(mixed_course: CourseScores) -> None:
    turned = CourseScores(
        weeks=mixed_course.weeks[::-1],
        scores=mixed_course.scores[::-1],
        timings=mixed_course.timings[::-1],
        planned_end_week=8.0,
    )
    one = sequential_predictions(PRIOR, Panel.of([mixed_course, smooth_course(1)]))
    other = sequential_predictions(PRIOR, Panel.of([smooth_course(1), turned]))
    assert np.allclose(one.p[:11], other.p[-11:], atol=1e-12)


def test_course_without_scores_changes_nothing(forty: Panel) -> None:
    more = Panel.of([smooth_course(number) for number in range(40)] + [empty_course()])
    assert np.allclose(sequential_predictions(PRIOR, more).p, sequential_predictions(PRIOR, forty).p)


def test_first_two_scores_of_a_timing_cannot_be_predicted(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course])
    can_tell = sequential_predictions(PRIOR, panel).can_tell
    assert can_tell.tolist() == (panel.n_earlier_of_timing >= 2).tolist()


def test_batch_agrees_with_one_course(mixed_course: CourseScores) -> None:
    courses = [smooth_course(1), mixed_course, smooth_course(2)]
    batch = next_scores(PRIOR, Panel.of(courses), weeks=np.full(3, 16.0), timings=np.zeros(3, dtype=int))
    for place, course in enumerate(courses):
        alone = condition(PRIOR, course).next_score(16.0, Timing.BEFORE)
        assert isinstance(alone, NextScore)
        assert np.allclose(batch.p[place], alone.p, atol=1e-4)


def test_long_gap_widens_the_bounds() -> None:
    """A year later less is known than five months later; up to 8 weeks nothing is forgotten."""
    course = CourseScores.of_one_timing([0, 1, 2, 3, 4, 5], scores=[6, 5, 5, 4, 4, 4], planned_end_week=6.0)
    found = [condition(SHIPPED_PRIOR, course).next_score(week, Timing.BEFORE) for week in (20.0, 52.0, 104.0)]
    spreads = [one.p @ np.arange(11) ** 2 - one.mean**2 for one in found if isinstance(one, NextScore)]
    assert spreads[0] + 1.0 < spreads[1] < spreads[2]
    assert found[1].interval90[1] > found[0].interval90[1]


def test_no_courses_give_no_predictions() -> None:
    empty = Panel.of([])
    assert sequential_predictions(PRIOR, empty).p.shape == (0, 11)
    assert next_scores(PRIOR, empty, weeks=np.zeros(0), timings=np.zeros(0, dtype=int)).p.shape == (0, 11)


def test_more_courses_than_a_block_keep_their_order(forty: Panel) -> None:
    many = forty.select(np.tile(np.arange(40), 60))
    found = sequential_predictions(PRIOR, many).p.reshape(60, forty.n_scores, 11)
    assert np.allclose(found, sequential_predictions(PRIOR, forty).p)


def test_before_score_of_the_session_informs_the_after_score() -> None:
    weeks, timings = [0.0, 0.0, 1.0, 1.0, 2.0], (Timing.BEFORE, Timing.AFTER) * 2
    means = []
    for today in (3, 8):
        course = CourseScores(
            weeks=np.array(weeks), scores=np.array([6, 5, 6, 5, today]), timings=(*timings, Timing.BEFORE)
        )
        found = condition(SHIPPED_PRIOR, course).next_score(2.0, Timing.AFTER)
        assert isinstance(found, NextScore)
        means.append(found.mean)
    assert means[1] > means[0] + 1


def test_unit_of_time_changes_nothing(forty: Panel) -> None:
    """The same scores with every week two weeks long, under the Prior at half the pace."""
    scale = np.array([1.0, 0.5, 0.25])
    first, second, third = (tuple(row) for row in scale[:, None] * np.array(PRIOR.covariance) * scale)
    slower = replace(
        PRIOR,
        mean=tuple(PRIOR.mean * scale),
        covariance=(first, second, third),
        noise_slope=tuple(PRIOR.noise_slope * scale),
        carry_weeks=2.0 * PRIOR.carry_weeks,
    )
    stretched = replace(forty, weeks=2.0 * forty.weeks)
    p, same = sequential_predictions(PRIOR, forty).p, sequential_predictions(slower, stretched).p
    assert np.allclose(p, same, atol=1e-8)


rows = st.tuples(st.floats(0, 400), st.integers(0, 10), st.sampled_from(list(Timing)))


@settings(deadline=None, max_examples=12)
@given(clinic=st.lists(st.lists(rows, max_size=6), max_size=4))
def test_any_clinic_is_fitted_and_predicted(clinic: list[list[tuple[float, int, Timing]]]) -> None:
    panel = Panel.of(
        [
            CourseScores(
                weeks=np.array([week for week, _, _ in course]),
                scores=np.array([score for _, score, _ in course], dtype=int),
                timings=tuple(timing for _, _, timing in course),
                patient=number,
            )
            for number, course in enumerate(clinic)
        ]
    )
    found = sequential_predictions(fit_prior(panel, version=1, fitted_on=""), panel)
    for p in (found.p, found.raised):
        assert np.all(p > 0)
        assert np.allclose(p.sum(axis=1), 1.0)
