import numpy as np

from courses.curve import CourseScores, Panel, Timing


def empty_course() -> CourseScores:
    return CourseScores(weeks=np.zeros(0), scores=np.zeros(0, dtype=int), timings=())


def test_rows_are_sorted_by_week_and_timing(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course])
    assert panel.scores.tolist() == [7, 5, 6, 6, 5, 7, 5, 4, 5, 3, 5]


def test_source_sorts_other_facts_alike(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course])
    assert np.array_equal(mixed_course.weeks[panel.source], panel.weeks)


def test_later_day_scores_join_their_session(mixed_course: CourseScores) -> None:
    assert Panel.of([mixed_course]).session.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3]


def test_course_without_scores_keeps_its_place(mixed_course: CourseScores) -> None:
    panel = Panel.of([empty_course(), mixed_course, empty_course()])
    assert panel.lengths.tolist() == [0, 11, 0]
    assert panel.select(np.array([0, 2])).n_scores == 0


def test_select_keeps_the_order_asked_for(forty: Panel) -> None:
    few = forty.select(np.array([5, 1]))
    assert few.patients.tolist() == [5, 1]
    assert np.array_equal(few.scores, np.concatenate([forty.scores[forty.course == i] for i in (5, 1)]))


def test_previous_is_of_the_same_timing(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course])
    assert panel.previous_of_timing.tolist() == [-1, -1, -1, 0, 1, 2, 3, 4, 6, 7, 5]


def test_earlier_scores_are_counted_by_timing(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course, mixed_course])
    assert panel.n_earlier_of_timing.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 2] * 2


def test_repeats_are_counted_by_timing() -> None:
    panel = Panel.of([CourseScores.of_one_timing(range(5), scores=[4, 4, 4, 5, 5], timing=Timing.AFTER)])
    assert panel.n_earlier_repeats.tolist() == [0, 0, 1, 2, 2]


def test_coming_scores_are_each_course_s_last_row(forty: Panel) -> None:
    longer = forty.with_next(weeks=np.full(40, 20.0), timings=np.zeros(40, dtype=int))
    assert longer.lengths.tolist() == (forty.lengths + 1).tolist()
    assert set(longer.weeks[longer.starts[1:] - 1]) == {20.0}


def test_lowest_earlier_and_the_way_back_are_those_of_the_timing(mixed_course: CourseScores, forty: Panel) -> None:
    for panel in (Panel.of([mixed_course]), forty, Panel.of([])):
        back, lowest = panel.back_of_timing(2), panel.lowest_earlier_of_timing
        for row in range(panel.n_scores):
            same = [
                one
                for one in range(panel.starts[panel.course[row]], row)
                if panel.timings[one] == panel.timings[row]
            ]
            assert back[row].tolist() == [*same[::-1][:2], -1, -1][:2]
            assert lowest[row] == min((panel.scores[one] for one in same), default=np.inf)
