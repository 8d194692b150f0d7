"""Which review is due."""

from __future__ import annotations

import pytest

from courses.reviews.due import due_review


@pytest.mark.parametrize(
    ("n_held", "reviewed", "due"),
    [
        (4, [], None),
        (5, [], 5),
        (7, [], 5),
        (7, [5], None),
        (7, [6], None),
        (10, [6], 10),
        (13, [10], 13),
        (13, [13], None),
        (14, [], 13),
    ],
)
def test_the_last_point_reached_is_due_until_it_is_held(n_held, reviewed, due):
    assert due_review([5, 10], n_planned=13, n_held=n_held, reviewed_after=reviewed) == due


def test_an_unplanned_course_has_none():
    assert due_review([], n_planned=0, n_held=3, reviewed_after=[]) is None
