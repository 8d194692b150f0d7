"""The healing curve of a course as a chart."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from courses.charts.curve_chart import (
    LARGE,
    SMALL,
    Band,
    CurvePicture,
    Dot,
    Expected,
    curve_svg,
    describe,
)
from courses.charts.curve_picture import dot_label
from courses.charts.timeline import Marker, VisitMark

SVG = "{http://www.w3.org/2000/svg}"
BAND = Band(
    weeks=[0, 1, 2, 4],
    mean=[6, 6, 5, 3],
    low50=[5, 5, 4, 2],
    high50=[7, 7, 6, 4],
    low90=[4, 4, 3, 1],
    high90=[8, 8, 7, 6],
    next=Expected(3, 4.2, 2, 6),
    end=Expected(4, 3, 1, 6),
)
DOTS = (Dot(0, 6, "before", 1), Dot(0, 5, "after", 1), Dot(0.5, 5, "day1", 1), Dot(2, 4, "after", 2))
PICTURE = CurvePicture(
    dots=DOTS,
    band=BAND,
    markers=(Marker(1, "red", "pain: red"), Marker(9, "amber", "pain: amber")),
    planned_end_week=4,
    primary="after",
    n_scores=4,
    prior="shipped",
)
EMPTY = CurvePicture(dots=(), band=None, markers=(), planned_end_week=8, primary="after", n_scores=0, prior="")


def drawn(picture: CurvePicture, size: tuple[int, int] = LARGE) -> ElementTree.Element:
    return ElementTree.fromstring(curve_svg(picture, size=size, uid="one"))


def classes(picture: CurvePicture) -> list[str]:
    return [node.get("class", "") for node in drawn(picture).iter() if node.get("class")]


@pytest.mark.parametrize(
    "picture", [PICTURE, EMPTY, replace(PICTURE, band=None), replace(PICTURE, planned_end_week=0)]
)
@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_is_well_formed_and_uses_no_style(picture, size):
    root = drawn(picture, size)
    assert root.tag.removeprefix(SVG) == "svg"
    assert not [node for node in root.iter() if "style" in node.attrib or node.tag.removeprefix(SVG) == "style"]
    assert not [node for node in root.iter() for name in node.attrib if name.startswith("on")]


@pytest.mark.parametrize("picture", [PICTURE, EMPTY])
def test_holds_no_number_that_is_none(picture):
    assert not re.search(r"nan|inf|None", curve_svg(picture, size=LARGE, uid="one"))


def test_every_score_has_its_mark_with_its_words():
    root = drawn(PICTURE)
    titles = [node.text for node in root.iter("title")]
    assert {dot_label(dot) for dot in DOTS} <= set(titles)
    assert [classes(PICTURE).count(name) for name in ("chart-dot", "chart-ring", "chart-diamond")] == [2, 1, 1]


def test_before_and_after_of_a_session_are_joined():
    assert classes(PICTURE).count("chart-pair") == 1


def test_curve_is_drawn_as_a_fit_and_then_as_a_projection():
    means = [node for node in drawn(PICTURE).iter() if node.get("class") == "chart-mean"]
    assert [node.get("stroke-dasharray") for node in means] == [None, "5 4"]


def test_without_a_band_there_is_neither_band_nor_curve():
    found = classes(replace(PICTURE, band=None))
    assert not {"chart-band90", "chart-band50", "chart-mean"} & set(found)
    assert "chart-end" in found


def test_alerts_are_marked_by_severity_and_stay_on_the_paper():
    root = drawn(PICTURE)
    marks = [node for node in root.iter() if node.get("class", "").startswith("chart-alert")]
    assert [node.get("class") for node in marks] == ["chart-alert-red", "chart-alert"]
    assert max(float(x) for x in re.findall(r"[ML]([\d.]+) ", marks[1].get("d"))) <= LARGE[0]


def test_words_from_outside_are_escaped():
    evil = replace(PICTURE, markers=(Marker(1, "red", '"><script>alert(1)</script>'),))
    assert "<script>" not in curve_svg(evil, size=LARGE, uid="one")
    assert drawn(evil) is not None


def test_ids_belong_to_the_page():
    root = ElementTree.fromstring(curve_svg(PICTURE, size=LARGE, uid="course-7"))
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert ids == ["course-7-title", "course-7-desc"]
    assert root.get("aria-labelledby") == "course-7-title course-7-desc"


def test_picture_is_said_in_words():
    words = describe(PICTURE)
    assert "4 scores from week 0 to week 2. First 6, last 4." in words
    assert "Line and ranges: scores after a session." in words
    assert "Expected at the next visit: about 4, wide range 2 to 6 (9 in 10 scores)." in words
    assert "Expected at the planned end: 3, wide range 1 to 6." in words


def test_empty_picture_says_so():
    assert describe(EMPTY) == "No score has been recorded yet."


def test_score_without_a_session_is_named_by_its_week():
    assert dot_label(Dot(1.5, 7, "other")) == "Week 1.5, other: 7"
    assert dot_label(DOTS[2]) == "Session 1, day 1: 5"


def test_paper_spans_the_plan_and_whatever_came_after():
    assert PICTURE.n_weeks == 4
    assert replace(PICTURE, dots=(*DOTS, Dot(6, 3, "after", 3))).n_weeks == 6
    assert replace(EMPTY, planned_end_week=0).n_weeks == 1


FULL = replace(
    PICTURE,
    today_week=2.5,
    visits=(
        VisitMark(3, "Visit booked for 3", is_missed=False),
        VisitMark(1, "Visit missed on 1", is_missed=True),
    ),
)
# Every mark that a chart can contain, with its keys in the legend.
MARKS = {
    "chart-dot": {"dot"},
    "chart-ring": {"ring"},
    "chart-diamond": {"diamond"},
    "chart-band90": {"band90"},
    "chart-band50": {"band50"},
    "chart-mean": {"line"},
    "chart-next": {"next"},
    "chart-booked": {"booked"},
    "chart-missed": {"missed"},
}


@pytest.mark.parametrize(
    "picture",
    [
        FULL,
        replace(FULL, visits=()),
        replace(FULL, visits=FULL.visits[:1]),
        replace(FULL, band=None, markers=()),
        replace(FULL, band=replace(BAND, next=None, end=None)),
        replace(FULL, primary="before"),
        replace(FULL, dots=DOTS[:1]),
        EMPTY,
    ],
)
def test_legend_names_the_marks_that_are_there_and_no_other(picture):
    keys = {key for key, _words in picture.legend}
    there = set(classes(picture))
    for name, wanted in MARKS.items():
        assert (wanted <= keys) == (name in there), name
    assert ("alert" in keys) == bool(picture.markers)


def test_legend_says_whose_line_it_is():
    assert FULL.band_words == "Line and ranges: scores after a session"
    assert replace(FULL, primary="before").band_words == "Line and ranges: scores before a session"


def test_nothing_is_drawn_beyond_the_last_score_of_a_course_that_is_over():
    past = Band(*([0, 1, 2] for _part in range(6)))
    over = replace(PICTURE, band=past)
    assert len([name for name in classes(over) if name == "chart-mean"]) == 1
    assert "ahead" not in {key for key, _words in over.legend}


def test_next_visit_is_a_bracket_over_its_whole_scores():
    (bracket,) = [node for node in drawn(PICTURE).iter() if node.get("class") == "chart-next"]
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", bracket.get("d"))]
    ends = [node for node in drawn(PICTURE).iter("text") if node.get("text-anchor") == "end"]
    labels = {node.text: float(node.get("y")) - 4 for node in ends}
    assert min(heights) == pytest.approx(labels["6"], abs=0.2)
    assert max(heights) == pytest.approx(labels["2"], abs=0.2)


def test_missed_visit_is_a_gap_in_the_foot_and_a_booked_one_a_tick():
    found = classes(FULL)
    assert (found.count("chart-foot"), found.count("chart-missed"), found.count("chart-booked")) == (2, 1, 1)
    assert classes(PICTURE).count("chart-foot") == 1


def test_scale_says_which_end_is_which_and_today_is_named():
    texts = {node.text for node in drawn(FULL).iter() if node.text}
    assert {"pain: 0 = no pain, 10 = worst pain", "today"} <= texts
    assert "today" not in {node.text for node in drawn(PICTURE).iter()}


def test_without_enough_scores_it_says_how_many_are_needed():
    early = replace(EMPTY, dots=DOTS[:1], n_missing=2)
    assert early.missing_words == "No line yet: it needs 2 scores after a session."
    assert PICTURE.missing_words == ""
