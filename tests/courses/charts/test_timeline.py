"""Alerts, holds and reviews on the curve."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.charts.scale import Frame
from courses.charts.timeline import (
    STEP,
    Marker,
    ReviewMark,
    Span,
    describe_timeline,
    hold_parts,
    lanes_of,
    marker_parts,
    review_parts,
)

FRAME = Frame(760, 340, left=30, right=14, top=60, bottom=34, n_weeks=8)


def test_answers_that_came_at_once_are_still_seen_apart():
    (part,) = marker_parts([Marker(2, "E1", "x", acknowledged_week=2.001, resolved_week=2.01)], FRAME)
    assert part.count("<path") == 3
    assert part.count("<circle") == 1


def test_an_open_alert_has_no_answer():
    (part,) = marker_parts([Marker(2, "amber", "x")], FRAME)
    assert "<circle" not in part
    assert part.count("<path") == 1


@given(weeks=st.lists(st.floats(0, 8), max_size=4))
def test_no_alert_covers_another(weeks):
    markers = [Marker(week, "red", "x", week, week) for week in sorted(weeks)]
    ends: dict[int, float] = {}
    for marker, lane in zip(markers, lanes_of(markers, FRAME), strict=True):
        start = FRAME.x(marker.week)
        assert start >= ends.get(lane, -1.0)
        ends[lane] = start + 2 * STEP


def test_a_hold_without_end_reaches_the_edge():
    rect, _edge = hold_parts([Span(4, None, "on hold")], FRAME)
    assert f'width="{FRAME.x_end - FRAME.x(4):g}"' in rect


def test_a_planned_review_looks_different():
    held, planned = review_parts(
        [ReviewMark(2, "held", is_held=True), ReviewMark(5, "planned", is_held=False)], FRAME
    )
    assert "stroke-dasharray" in planned
    assert "stroke-dasharray" not in held


def test_labels_are_escaped():
    (part,) = marker_parts([Marker(1, "red", '"><script>')], FRAME)
    assert "<script>" not in part


def test_says_all_in_words():
    words = describe_timeline(
        [Marker(1, "red", "pain")], [Span(1, 2, "rest")], [ReviewMark(5, "planned", is_held=False)]
    )
    assert words == ["pain", "rest", "Reviews planned in week 5."]
