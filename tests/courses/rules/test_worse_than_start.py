"""Worse than at the start, by the patient's own scores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from courses.rules.worse_than_start import TimedScore, find_worse_than_start, worse_than_start

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def scores(values, timing="before"):
    return [TimedScore(timing, score, START + timedelta(days=3 * n), n + 1) for n, score in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "since"),
    [([6, 7, 8, 8, 9], 5), ([3, 5, 5, 5], 4), ([3, 5, 5, 5, 6, 7], 4), ([2, 4, 4, 4, 1, 4, 4, 6, 6], 8)],
)
def test_is_found_with_the_session_since_when(values, since):
    (found,) = worse_than_start(scores(values))
    assert found.start == values[0]
    assert found.since_session == since
    assert found.rise >= 2


@pytest.mark.parametrize("values", [[], [9], [3, 9, 9], [3, 5, 5, 4], [6, 7, 8, 8], [5, 4, 3, 2], [3, 5, 5, 5, 1]])
def test_is_not_found(values):
    assert worse_than_start(scores(values)) == []


def test_timings_are_kept_apart():
    mixed = [*scores([3, 3, 3, 3], "before"), *scores([1, 4, 4, 4], "after")]
    assert [one.timing for one in worse_than_start(mixed)] == ["after"]


def test_a_higher_newest_score_never_takes_it_away():
    for last in range(9, 11):
        assert worse_than_start(scores([6, 7, 8, 8, last]))


def test_the_finding_is_a_review():
    (found,) = worse_than_start(scores([6, 7, 8, 8, 9]))
    finding = find_worse_than_start(found)
    assert finding.severity == "review"
    assert finding.evidence["rise"] == 2.3
