"""Two scores running beyond nine of ten of their own predictions."""

from __future__ import annotations

import pytest

from courses.rules.drift import find_drift
from courses.rules.facts import PainFacts, ScoreFact, Severity
from tests.courses.rules.making import THRESHOLDS, expects, pain


def two(last: int, this: int, *, last_point90: int | None = 6) -> PainFacts:
    """Two scores of which nine of ten were expected up to 6."""
    earlier = ScoreFact("after", 4, last, point90=last_point90)
    return PainFacts(ScoreFact("after", 5, this, expects(point90=6)), THRESHOLDS, earlier=(earlier,))


@pytest.mark.parametrize(("last", "this", "is_found"), [(7, 7, True), (6, 7, False), (7, 6, False)])
def test_both_must_be_beyond(last, this, is_found):
    assert bool(find_drift(two(last, this))) is is_found


def test_is_amber_and_names_both():
    found = find_drift(two(7, 8))
    assert found is not None
    assert (found.severity, found.evidence["last"], found.evidence["observed"]) == (Severity.AMBER, 7, 8)


def test_last_score_without_a_prediction_is_not_beyond():
    assert find_drift(two(9, 9, last_point90=None)) is None


def test_one_between_breaks_the_run():
    run = tuple(ScoreFact("after", number, score, point90=6) for number, score in ((3, 8), (4, 5)))
    assert find_drift(PainFacts(ScoreFact("after", 5, 8, expects()), THRESHOLDS, earlier=run)) is None


def test_first_score_cannot_drift():
    assert find_drift(pain(10, expected=expects())) is None
