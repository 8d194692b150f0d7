"""A rise that is always reported."""

from __future__ import annotations

import pytest

from courses.rules.floor import find_floor
from tests.courses.rules.making import expects, pain

# A clinic with wide curves: no score is beyond a bound.
WIDE = expects(3.0, point90=10, lr=(0.1,) * 11)


@pytest.mark.parametrize(
    ("earlier", "score", "because"),
    [
        ((0, 0), 5, "above_every, after_near_zero"),
        ((0, 0), 6, "above_every, after_near_zero"),
        ((1, 0), 5, "above_every, after_near_zero"),
        ((6, 4, 1, 1), 5, "after_near_zero"),
        ((2, 3, 2), 7, "above_every"),
        ((3,), 7, "above_every"),
        ((3, 4, 5, 6), 7, "rising"),
        ((6, 2, 3, 4, 5), 7, "rising"),
    ],
)
@pytest.mark.parametrize("expected", [None, WIDE], ids=["cannot tell", "wide"])
def test_is_found_whatever_the_curve_says(earlier, score, because, expected):
    finding = find_floor(pain(score, earlier=earlier, expected=expected))
    assert finding is not None
    assert finding.evidence["because"] == because
    assert finding.severity == "amber"


@pytest.mark.parametrize(
    ("earlier", "score"),
    [
        ((), 9),
        ((0, 0), 3),
        ((2, 3, 2), 6),
        ((0, 2), 5),
        ((0,), 3),
        ((6, 1, 2), 5),
        ((3, 4, 5, 5), 6),
        ((4, 5, 6), 7),
    ],
)
def test_is_not_found(earlier, score):
    assert find_floor(pain(score, earlier=earlier, expected=WIDE)) is None


@pytest.mark.parametrize(("score", "severity"), [(7, "amber"), (8, "red"), (10, "red")])
def test_is_red_from_a_high_score_on(score, severity):
    finding = find_floor(pain(score, earlier=(3, 3), expected=WIDE))
    assert finding is not None
    assert finding.severity == severity
