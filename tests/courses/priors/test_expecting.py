"""What the curve expects of a score before it is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, CannotTell
from courses.outlook.expecting import expectation
from courses.priors.course_records import Record, ScoreRow
from courses.rules.facts import Expectation
from courses.rules.odds import RAREST_KEPT

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def record(*pairs: tuple[int, int]) -> Record:
    rows = [
        ScoreRow(None, timing, score, START + number * WEEK / 2, number + 1)
        for number, pair in enumerate(pairs)
        for timing, score in zip(("before", "after"), pair, strict=True)
    ]
    return Record(tuple(rows), "axial", 8.0, 1)


def expected(*pairs: tuple[int, int]) -> Expectation | CannotTell:
    when = START + len(pairs) * WEEK / 2
    return expectation(record(*pairs), prior=SHIPPED_PRIOR, timing="before", scored_at=when)


def test_gives_no_estimate_before_enough_is_known():
    found = expected((6, 5))
    assert isinstance(found, CannotTell)
    assert (found.have, found.need) == (2, 3)


def test_gives_an_estimate_from_the_third_score_on():
    found = expected((6, 5), (5, 4))
    assert isinstance(found, Expectation)
    assert (found.n_scores, found.prior_version) == (4, "shipped")


def test_bounds_lie_in_order_on_the_scale():
    found = expected((6, 5), (6, 5), (5, 4))
    assert 0 <= found.low90 <= found.low50 <= found.mean <= found.high50 <= found.high90 <= 10
    assert found.low50 <= found.point90 <= 10


def test_higher_scores_are_rarer_and_weigh_more():
    found = expected((6, 5), (6, 5), (5, 4))
    assert list(found.one_in) == sorted(found.one_in)
    assert list(found.lr_star) == sorted(found.lr_star)
    assert len(found.one_in) == len(found.lr_star) == 11


def test_90_percent_are_expected_up_to_the_point():
    found = expected((6, 5), (6, 5), (5, 4))
    assert 1 / found.one_in[found.point90 + 1] <= 0.1 + 1e-9
    assert 1 / found.one_in[found.point90] > 0.1


@pytest.mark.parametrize("start", [0, 3, 10])
def test_every_number_is_finite(start):
    found = expected(*[(start, start)] * 6)
    if isinstance(found, Expectation):
        numbers = np.array([found.mean, *found.lr_star, *found.one_in])
        assert np.isfinite(numbers).all()
        assert numbers[1:].max() <= RAREST_KEPT


def test_later_scores_are_not_looked_at():
    before = record((6, 5), (5, 4))
    after = replace(before, rows=(*before.rows, ScoreRow(None, "before", 10, START + 5 * WEEK, 3)))
    when = START + WEEK
    first, second = (
        expectation(one, prior=SHIPPED_PRIOR, timing="before", scored_at=when) for one in (before, after)
    )
    assert first == second
