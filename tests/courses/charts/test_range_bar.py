"""One score against its expectation."""

from __future__ import annotations

import pytest

from courses.charts.range_bar import range_svg


@pytest.mark.parametrize(("score", "is_outside"), [(2, False), (6, False), (7, True), (0, True)])
def test_score_outside_the_band_is_emphasised(score, is_outside):
    svg = range_svg(score=score, low50=3, high50=5, low90=2, high90=6)
    assert ("chart-dot-outside" in svg) is is_outside


def test_picture_says_itself_in_words():
    svg = range_svg(score=7, low50=3, high50=5, low90=2, high90=6)
    assert 'aria-label="7; 9 in 10 scores are from 2 to 6"' in svg
    assert "style=" not in svg


def test_band_of_half_is_left_out_where_it_is_not_known():
    assert "chart-band50" not in range_svg(score=7, low90=2, high90=6)
