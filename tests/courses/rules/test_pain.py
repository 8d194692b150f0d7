"""All pain rules together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.bounds import LIMITS, Limit, RuleBounds
from courses.rules.facts import Expectation, Finding, Memory, PainFacts, ScoreFact, Thresholds
from courses.rules.pain import find_pain
from tests.courses.rules.making import expects, pain

SCORES = st.integers(0, 10)
TIMINGS = ("before", "after", "day1", "day3", "other")


def running_maximum(values: list[float]) -> tuple[float, ...]:
    return tuple(max(values[: place + 1]) for place in range(len(values)))


RATIOS = st.lists(st.floats(0, 1_000), min_size=11, max_size=11)
MEMORIES = st.builds(
    Memory,
    ratio=RATIOS.map(running_maximum),
    one_in=RATIOS.map(running_maximum),
    back=st.lists(st.integers(1, 3), min_size=11, max_size=11).map(tuple),
    above=RATIOS.map(tuple),
)
EXPECTATIONS = st.builds(
    Expectation,
    mean=st.floats(0, 10),
    low50=st.just(3),
    high50=st.just(5),
    low90=st.just(2),
    high90=st.just(6),
    point90=SCORES,
    lr_star=st.lists(st.floats(0, 1_000), min_size=11, max_size=11).map(running_maximum),
    one_in=st.just(tuple(float(score + 1) for score in range(11))),
    n_scores=st.just(6),
    prior_version=st.just("shipped"),
    memory=st.none() | MEMORIES,
)


@st.composite
def scores_in_their_course(draw: st.DrawFn) -> PainFacts:
    timing = draw(st.sampled_from(TIMINGS))
    earlier = draw(st.lists(SCORES, max_size=6))
    facts = [ScoreFact(timing, n + 1, score) for n, score in enumerate(earlier)]
    threshold = draw(st.floats(1, 100))
    numbers = {name: draw(_within(limit)) for name, limit in LIMITS.items()}
    bounds = RuleBounds.of(numbers, version="v7")
    return PainFacts(
        observed=ScoreFact(timing, len(earlier) + 1, draw(SCORES), draw(st.none() | EXPECTATIONS)),
        thresholds=Thresholds(threshold, threshold * draw(st.floats(1, 5)), "v1", bounds, draw(st.floats(5, 500))),
        before=None if timing == "before" else draw(st.none() | SCORES),
        earlier=tuple(facts),
    )


def _within(limit: Limit) -> st.SearchStrategy[float | int]:
    return st.integers(int(limit.low), int(limit.high)) if limit.is_whole else st.floats(limit.low, limit.high)


# The rules that ask nothing of the curve.
MODEL_FREE = {"plain_rise", "floor"}


def severities(facts: PainFacts) -> dict[str, int]:
    found: tuple[Finding, ...] = find_pain(facts)
    return {finding.rule: finding.severity.rank for finding in found}


@given(scores_in_their_course(), st.integers(1, 10))
def test_higher_score_never_removes_a_finding_nor_lowers_its_severity(facts, more):
    higher = min(facts.observed.score + more, 10)
    low, high = severities(facts), severities(replace(facts, observed=replace(facts.observed, score=higher)))
    assert low.keys() <= high.keys()
    assert all(high[rule] <= rank for rule, rank in low.items())


@given(scores_in_their_course(), st.integers(1, 10))
def test_higher_score_never_lowers_the_severity_of_all_rules_together(facts, more):
    higher = min(facts.observed.score + more, 10)
    low, high = severities(facts), severities(replace(facts, observed=replace(facts.observed, score=higher)))
    assert min(high.values(), default=9) <= min(low.values(), default=9)


@given(scores_in_their_course())
def test_every_finding_names_the_version_of_the_bounds(facts):
    found = find_pain(facts)
    assert all(finding.evidence["bounds"] == "v7" for finding in found)


@given(scores_in_their_course())
def test_no_rule_speaks_twice(facts):
    found = [finding.rule for finding in find_pain(facts)]
    assert len(found) == len(set(found))


@given(scores_in_their_course())
def test_model_free_rules_ask_no_number_of_the_curve(facts):
    observed = facts.observed
    if observed.expected is None:
        assert {finding.rule for finding in find_pain(facts)} <= {*MODEL_FREE, "still_worse"}
    else:
        other = replace(facts, observed=replace(observed, expected=expects(10.0, point90=10, lr=(0.0,) * 11)))
        assert severities_without_model(facts) == severities_without_model(other)


def severities_without_model(facts: PainFacts) -> dict[str, int]:
    return {name: rank for name, rank in severities(facts).items() if name in MODEL_FREE}


@pytest.mark.parametrize("score", [4, 5, 6])
def test_flare_inside_the_band_finds_nothing(score):
    facts = pain(score, before=4, earlier=(5, 4), expected=expects(4.0, lr=(0.5,) * 11))
    assert severities(facts) == {}


def test_steady_five_never_finds_anything():
    found = [severities(pain(5, before=5, earlier=(5,) * n, expected=expects(5.0))) for n in range(8)]
    assert found == [{}] * 8
