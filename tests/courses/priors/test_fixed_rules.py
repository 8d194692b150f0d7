"""Which past scores the rules without a calibrated threshold would flag."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from courses.priors import fixed_rules
from courses.priors.course_records import Record, ScoreRow
from courses.priors.fixed_rules import sessions_of
from courses.rules.facts import Expectation

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def record(*rows: tuple[str, int, int | None]) -> Record:
    """Rows of timing, score and session, a day apart."""
    scores = tuple(
        ScoreRow(number, timing, score, START + timedelta(days=number), session)
        for number, (timing, score, session) in enumerate(rows)
    )
    return Record(scores, "axial", 8.0, 1)


def fixed_alarms(found: Record) -> list[bool]:
    """The alarms if the curve predicts from the third score of a timing on, and expects each score as it came."""
    seen: dict[str, int] = {}
    expected = []
    for row in found.rows:
        expected.append(expecting(row.score) if seen.get(row.timing, 0) >= 2 else None)
        seen[row.timing] = seen.get(row.timing, 0) + 1
    return fixed_rules.fixed_alarms(found, expected)


def expecting(score: float) -> Expectation:
    return Expectation(min(score, 7.0), 0, 10, 0, 10, 10, (0.0,) * 11, (0.0,) * 11, 4, "v1")


def visits(*pairs: tuple[int, int]) -> Record:
    return record(
        *(
            (timing, score, number)
            for number, pair in enumerate(pairs, 1)
            for timing, score in zip(("before", "after"), pair, strict=True)
        )
    )


@pytest.mark.parametrize(("after", "is_alarm"), [(6, True), (5, False)])
def test_rise_of_three_counts_without_an_estimate(after, is_alarm):
    assert fixed_alarms(visits((3, after))) == [False, is_alarm]


@pytest.mark.parametrize(("after", "is_alarm"), [(7, True), (6, False)])
def test_later_a_rise_of_four_counts(after, is_alarm):
    assert fixed_alarms(visits((3, 3), (3, 3), (3, after)))[-1] is is_alarm


def test_first_ten_counts_once():
    assert fixed_alarms(visits((9, 9), (9, 10), (9, 10)))[3::2] == [True, False]


def test_next_day_is_compared_with_its_own_visit():
    rows = record(("before", 3, 1), ("before", 8, 2), ("day1", 7, 1))
    assert fixed_alarms(rows)[2] is True


def test_score_without_a_session_has_nothing_before_it():
    assert fixed_alarms(record(("other", 9, None), ("other", 9, None))) == [False, False]


def test_rows_of_a_session_share_its_number_and_others_have_their_own():
    rows = record(
        ("before", 3, 1), ("after", 3, 1), ("other", 5, None), ("other", 5, None), ("before", 4, 2), ("day1", 3, 1)
    )
    assert sessions_of([rows]) == [0, 0, 1, 2, 3, 0]


def test_sessions_of_two_courses_are_counted_on():
    assert sessions_of([visits((3, 3), (4, 4)), visits((5, 5))]) == [0, 0, 1, 1, 2, 2]


def test_nothing_is_nothing():
    assert (fixed_rules.fixed_alarms(record(), []), sessions_of([record()]), sessions_of([])) == ([], [], [])
