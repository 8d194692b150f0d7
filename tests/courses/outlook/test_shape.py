"""A shape is shown unless the patient's own scores contradict it."""

from __future__ import annotations

import numpy as np
import pytest

from courses import curve
from courses.outlook.summary import CurveSays
from courses.outlook.wording import curve_sentences

SILENCE = curve.CannotTell(curve.Unknown.NO_ANSWER, 0, 0, "test")


EVEN = np.full(11, 1 / 11)
NEXT = curve.NextScore(4.0, curve.Timing.BEFORE, EVEN, EVEN, EVEN, 5.0, (3, 7), (1, 9), 5, "test")


def says(shape: str, change: float | None, *, next_score: curve.NextScore | curve.CannotTell = NEXT) -> CurveSays:
    return CurveSays(
        timing="before",
        next_score=next_score,
        so_far=None,
        fitted_so_far=SILENCE,
        relief_at_end=SILENCE,
        shape=curve.Shape(curve.ShapeName(shape), 0.63, {}, 12.0, 5, "test"),
        peak=None,
        n_scores=5,
        prior_version="test",
        change=change,
    )


@pytest.mark.parametrize(
    ("shape", "change", "is_said"),
    [
        ("steady", -2, True),
        ("steady", 0, True),
        ("steady", 0.5, False),
        ("flare_then_improve", 0.5, True),
        ("flare_then_improve", 1.5, False),
        ("plateau", 0.5, True),
        ("worsening", 0.5, True),
        ("worsening", -0.5, False),
        ("steady", None, False),
    ],
)
def test_no_shape_is_said_against_the_scores(shape, change, is_said):
    assert (says(shape, change).said_shape is not None) is is_said


def test_no_shape_is_said_beside_a_next_score_without_an_estimate():
    found = says("steady", -2, next_score=SILENCE)
    assert found.said_shape is None
    assert "shape" not in " ".join(curve_sentences(found))
