"""A shape is shown unless the patient's own scores contradict it."""

from __future__ import annotations

import pytest

from courses import curve
from courses.outlook.summary import CurveSays

SILENCE = curve.CannotTell(curve.Unknown.NO_ANSWER, 0, 0, "test")


def says(shape: str, change: float | None) -> CurveSays:
    return CurveSays(
        timing="before",
        next_score=SILENCE,
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
