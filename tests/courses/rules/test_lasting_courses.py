"""Courses that get worse for good: by which session somebody is told, whatever Prior is in use."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from courses import curve
from courses.priors.expecting import expectation
from courses.priors.rows import Record, ScoreRow
from courses.rules.facts import Expectation, PainFacts, ScoreFact, Thresholds
from courses.rules.pain import find_model_free_pain, find_model_pain
from courses.rules.worse_than_start import TimedScore, worse_than_start

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
# Fitted to four public series and to a simulated clinic whose curves are twice as wide, each with the thresholds
# that a clinic with those courses would work with at the default budget.
FITTED = json.loads((Path(__file__).parent / "fitted_priors.json").read_text())
PRIORS = ["shipped", *FITTED]
WIDE = "wide_curves"
RISING = [
    (3, 3, 4, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9),
    (3, 3, 4, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9),
]


@lru_cache
def in_force(name: str) -> tuple[curve.Prior, curve.AlertThreshold]:
    """A Prior and its thresholds."""
    if name == "shipped":
        return curve.SHIPPED_PRIOR, curve.SHIPPED_THRESHOLD
    return curve.Prior.from_json(FITTED[name]["prior"]), curve.AlertThreshold(**FITTED[name]["threshold"])


def told(scores: tuple[int, ...], name: str) -> dict[int, list[str]]:
    """The rules that alarm at each session, judged in order as the product does."""
    prior, threshold = in_force(name)
    thresholds = Thresholds(
        threshold.threshold, threshold.quarter_threshold, "v1", memory=threshold.memory_threshold
    )
    found: dict[int, list[str]] = {}
    rows: list[ScoreRow] = []
    for number, score in enumerate(scores, 1):
        record = Record(tuple(rows), "", 12.0, 1)
        at = START + timedelta(weeks=number - 1)
        last = max(found, default=0)
        expected = expectation(record, prior=prior, timing="before", scored_at=at, told_session=last)
        facts = PainFacts(
            ScoreFact("before", number, score, expected if isinstance(expected, Expectation) else None),
            thresholds,
            earlier=tuple(ScoreFact("before", row.session_number, row.score) for row in rows),
        )
        rules = [finding.rule for finding in (*find_model_free_pain(facts), *find_model_pain(facts))]
        if rules:
            found[number] = rules
        rows.append(ScoreRow(None, "before", score, at, number))
    return found


@pytest.mark.parametrize("name", [name for name in PRIORS if name != WIDE])
@pytest.mark.parametrize("scores", RISING, ids=["rounded down", "rounded up"])
def test_half_a_point_more_each_session_is_told_no_later_than_the_first_six(
    name: str, scores: tuple[int, ...]
) -> None:
    assert min(told(scores, name)) <= scores.index(6) + 1


@pytest.mark.parametrize("scores", RISING, ids=["rounded down", "rounded up"])
def test_where_curves_are_wide_a_slow_rise_is_in_the_digest_by_the_second_six(scores: tuple[int, ...]) -> None:
    second = scores.index(6) + 2
    rows = [TimedScore("before", score, START, number) for number, score in enumerate(scores[:second], 1)]
    assert worse_than_start(rows) or min(told(scores, WIDE)) <= second


@pytest.mark.parametrize("name", PRIORS)
def test_two_points_that_last_are_told_by_the_fourth_worse_session(name: str) -> None:
    assert min(told((3, 3, 4, 3, 3, 3, 5, 5, 5, 6, 5), name)) <= 10


@pytest.mark.parametrize("name", PRIORS)
def test_sudden_pain_after_none_is_told_at_once(name: str) -> None:
    assert min(told((0, 0, 6), name)) == 3


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize(
    "scores",
    [(5, 5, 5, 5, 5, 5, 5, 5), (6, 5, 5, 4, 4, 3, 3, 2), (3, 3, 4, 3, 3, 4, 3, 3)],
)
def test_steady_and_improving_courses_are_left_in_peace(name: str, scores: tuple[int, ...]) -> None:
    assert told(scores, name) == {}


def test_shift_is_told_once_and_what_comes_later_again() -> None:
    found = told((3, 3, 4, 3, 3, 3, 5, 5, 5, 5, 5, 5, 8, 8, 8), "shipped")
    first = min(found)
    assert found[first] == ["lasting"]
    assert first + 1 not in found
    assert any(number >= 13 for number in found)
