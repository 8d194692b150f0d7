"""Pain that has been higher for some sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courses.rules.facts import Memory, PainFacts, Severity
from courses.rules.lasting import find_lasting
from tests.courses.rules.making import THRESHOLDS, expects, pain

KEPT = Memory(
    ratio=(0.0,) * 4 + (30.0, 60.0, 60.0, 90.0, 90.0, 90.0, 90.0),
    one_in=(1.0,) * 4 + (50.0, 200.0, 200.0, 500.0, 500.0, 500.0, 500.0),
    back=(1,) * 5 + (2,) * 6,
    above=tuple(0.5 * score for score in range(11)),
)


def judged(score: int, *earlier: int, memory: Memory | None = KEPT, number: int = 8) -> PainFacts:
    expected = replace(expects(4.0, lr=(0.1,) * 11), memory=memory)
    facts = pain(score, timing="before", earlier=earlier, expected=expected, number=number)
    return replace(facts, thresholds=replace(THRESHOLDS, memory=40.0))


@pytest.mark.parametrize(("score", "is_found"), [(3, False), (4, False), (5, True), (10, True)])
def test_found_above_the_threshold(score: int, is_found: bool) -> None:
    assert bool(find_lasting(judged(score, 3, 3, 4, 3, 5, 5))) is is_found


def test_says_since_when_how_far_and_how_rare() -> None:
    found = find_lasting(judged(5, 3, 3, 4, 3, 5, 5))
    assert found is not None
    assert found.severity == Severity.AMBER
    wanted = {
        "since_session": 6,
        "n_since": 3,
        "above": 2.5,
        "level": 5.0,
        "lasting": 60.0,
        "lasting_one_in": 200.0,
    }
    assert wanted.items() <= found.evidence.items()
    assert (found.evidence["lasting_threshold"], found.evidence["threshold_version"]) == (40.0, "v1")


@pytest.mark.parametrize(
    ("scores", "severity"),
    [
        ((3, 3, 4, 3, 5, 5), Severity.AMBER),
        ((3, 3, 4, 3, 5, 6), Severity.AMBER),
        ((3, 3, 4, 3, 6, 6), Severity.RED),
        ((5, 5, 5, 5, 7, 7), Severity.RED),
        ((5, 5, 5, 5, 6, 7), Severity.AMBER),
    ],
)
def test_red_where_the_level_is_high_or_far_above_the_start(scores: tuple[int, ...], severity: Severity) -> None:
    found = find_lasting(judged(scores[-1], *scores[:-1]))
    assert found is not None
    assert found.severity == severity


def test_nothing_where_no_shift_may_have_begun() -> None:
    assert find_lasting(judged(10, 3, 3, memory=None)) is None
    assert find_lasting(pain(10, earlier=(3, 3))) is None


def test_nothing_without_a_threshold() -> None:
    assert find_lasting(replace(judged(10, 3, 3, 4, 3, 5, 5), thresholds=THRESHOLDS)) is None


@pytest.mark.parametrize(("score", "is_found"), [(5, False), (6, True), (7, True), (10, True)])
def test_nothing_where_the_scores_since_hardly_lie_above_and_nothing_lost_with_a_higher_score(
    score: int, is_found: bool
) -> None:
    above = (0.0,) * 5 + (0.2, 0.6, 0.4, 0.3, 0.4, 0.4)
    found = find_lasting(judged(score, 3, 3, 4, 3, 5, 5, memory=replace(KEPT, above=above)))
    assert bool(found) is is_found
    if found:
        assert found.evidence["above"] == pytest.approx(0.6 + (score - 6) / 3, abs=0.051)
