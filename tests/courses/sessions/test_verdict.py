"""What the practitioner is shown about a score at once."""

from __future__ import annotations

import json

import pytest

from courses.curve import CannotTell
from courses.curve.results import Unknown
from courses.models import Level, PainScore
from courses.sessions.saved_words import instruction, verdict_words
from courses.sessions.verdict import BandPosition, verdict
from tests.courses.rules.making import expects

CANNOT = CannotTell(Unknown.TOO_FEW_SCORES, have=2, need=3, prior_version="shipped")


def words(score: int, expected):
    one = verdict("after", score, expected=expected, findings=())
    return verdict_words(PainScore(timing="after", score=score, expected=one.as_json()))


@pytest.mark.parametrize(
    ("score", "position"),
    [(1, BandPosition.BELOW), (2, BandPosition.IN_BAND), (6, BandPosition.IN_BAND), (7, BandPosition.ABOVE)],
)
def test_band_decides(score, position):
    assert verdict("after", score, expected=expects(), findings=()).position == position


def test_curve_without_an_estimate_says_how_much_it_has():
    one = verdict("after", 5, expected=CANNOT, findings=())
    assert (one.position, one.have, one.need) == (BandPosition.CANNOT_TELL, 2, 3)


def test_curve_that_failed_is_an_error():
    assert verdict("after", 5, expected=None, findings=()).position == BandPosition.ERROR


@pytest.mark.parametrize("expected", [expects(4.123456), CANNOT, None])
def test_verdict_is_kept_as_plain_types(expected):
    kept = verdict("after", 7, expected=expected, findings=()).as_json()
    assert json.loads(json.dumps(kept)) == kept


@pytest.mark.parametrize(
    ("score", "expected", "headline", "tone"),
    [
        (4, expects(), "As expected", "good"),
        (1, expects(), "Lower than expected", "good"),
        (8, expects(), "Higher than expected", "warn"),
        (5, CANNOT, "No estimate yet", "quiet"),
        (5, None, "No estimate yet (error)", "warn"),
    ],
)
def test_headline_says_it_plainly(score, expected, headline, tone):
    found = words(score, expected)
    assert (found.headline, found.tone, found.score, found.timing) == (headline, tone, score, "after")


def test_detail_says_range_and_score_and_how_rare():
    assert words(7, expects()).detail == (
        "Expected about 4, wide range 2 to 6 (9 in 10 scores). It was 7. "
        "A score this high or higher: about 1 in 8."
    )


def test_detail_says_no_odds_of_an_ordinary_score():
    assert words(3, expects()).detail == "Expected about 4, wide range 2 to 6 (9 in 10 scores). It was 3."


def test_detail_says_how_many_scores_are_missing():
    assert words(5, CANNOT).detail == "Needs 3 scores of this timing; has 2."


def test_score_that_was_never_judged_is_an_error():
    assert verdict_words(PainScore(timing="after", score=5)).headline == "No estimate yet (error)"


@pytest.mark.parametrize("level", Level)
def test_every_level_has_its_instruction(level):
    assert instruction(level).endswith(".")


def test_emergency_says_what_to_do_now():
    assert "emergency number now" in instruction("E0")
    assert "Do not needle" in instruction("E1")
