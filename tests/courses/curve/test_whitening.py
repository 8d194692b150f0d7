import numpy as np

from courses.curve import CourseScores, Panel
from courses.curve.whitening import innovations


def test_innovations_match_a_dense_cholesky(mixed_course: CourseScores) -> None:
    panel = Panel.of([mixed_course])
    gaps = np.abs(panel.weeks[:, None] - panel.weeks)
    covariance = 0.7**2 * np.exp(-gaps / 1.5) + np.eye(panel.n_scores)
    dense = np.linalg.solve(np.linalg.cholesky(covariance), panel.scores)
    found = innovations(panel, columns=panel.scores[:, None], carry=0.7, carry_weeks=1.5)
    assert np.allclose(found.columns[:, 0] / np.sqrt(found.variances), dense)


def test_courses_do_not_touch_each_other(mixed_course: CourseScores, forty: Panel) -> None:
    one = Panel.of([mixed_course])
    alone = innovations(one, columns=one.scores[:, None], carry=0.7, carry_weeks=1.5)
    both = Panel.of([CourseScores.of_one_timing([0.0, 9.0], scores=[3, 9]), mixed_course])
    together = innovations(both, columns=both.scores[:, None], carry=0.7, carry_weeks=1.5)
    assert np.allclose(together.columns[2:], alone.columns)


def test_no_rows_leave_no_innovations() -> None:
    panel = Panel.of([])
    assert innovations(panel, columns=np.zeros((0, 2)), carry=0.5, carry_weeks=2.0).columns.shape == (0, 2)
