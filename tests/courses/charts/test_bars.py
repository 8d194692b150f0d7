"""Counts over weeks, and a course's scores in the size of a word."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from courses.charts.bars import Bar, bars_svg
from courses.charts.spark import spark_svg

WEEKS = [Bar("2 Mar", 4), Bar("9 Mar", 0), Bar("16 Mar", 8)]


def bars(rows) -> ElementTree.Element:
    return ElementTree.fromstring(bars_svg(rows, title="Sessions per week", uid="weeks"))


@pytest.mark.parametrize("rows", [WEEKS, [], [Bar("<b>&", 0)], [Bar(str(n), n) for n in range(12)]])
def test_bars_are_well_formed_and_use_no_style(rows):
    root = bars(rows)
    assert not [node for node in root.iter() if "style" in node.attrib]
    assert len([node for node in root.iter() if node.get("class") == "chart-bar"]) == len(rows)


def test_bars_are_as_high_as_their_values():
    heights = [float(node.get("height")) for node in bars(WEEKS).iter() if node.get("class") == "chart-bar"]
    assert heights[0] * 2 == heights[2]
    assert heights[1] == 0


def test_bars_are_said_in_words():
    described = [node.text for node in bars(WEEKS).iter() if node.get("id") == "weeks-desc"]
    assert described == ["2 Mar: 4, 9 Mar: 0, 16 Mar: 8"]


def test_labels_of_many_bars_do_not_run_into_each_other():
    root = bars([Bar(f"week {n}", n) for n in range(12)])
    labels = [node.text for node in root.iter() if node.get("class") == "chart-label"]
    assert labels == [f"week {n}" for n in range(1, 12, 2)]


def test_spark_is_said_in_words_and_marks_the_last():
    root = ElementTree.fromstring(spark_svg([0, 1, 2], [6, 5, 7]))
    assert root.get("aria-label") == "Scores so far: 6, 5, 7"
    assert len([node for node in root.iter() if node.get("class") == "chart-dot"]) == 1


@pytest.mark.parametrize("weeks", [[0], [0, 0], [0, 0.1], [0, 200]])
def test_spark_is_well_formed_for_any_run(weeks):
    assert ElementTree.fromstring(spark_svg(weeks, [5] * len(weeks))) is not None


def test_no_scores_no_spark():
    assert spark_svg([], []) == ""
