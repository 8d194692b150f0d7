"""Helpers for SVG: escaped text, presentation attributes and classes only."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from courses.charts.svg import element, path


def test_element_with_attributes_and_children():
    found = element("g", element("text", "hello", x=1.25), class_="chart", text_anchor="end", viewBox="0 0 1 1")
    assert found == '<g class="chart" text-anchor="end" viewBox="0 0 1 1"><text x="1.2">hello</text></g>'


def test_element_without_children_is_closed():
    assert element("path", d="M0 0") == '<path d="M0 0"/>'


def test_attribute_without_a_value_is_left_out():
    assert element("path", d="M0 0", fill=None) == '<path d="M0 0"/>'


def test_result_is_not_escaped_again():
    inner = element("title", "a < b")
    assert isinstance(inner, SafeString)
    assert element("g", inner) == "<g><title>a &lt; b</title></g>"


@pytest.mark.parametrize("evil", ["<script>", '"><script>', "&", "'"])
def test_text_and_attributes_are_escaped(evil):
    found = element("g", evil, aria_label=evil)
    node = ElementTree.fromstring(found)
    assert (node.text, node.get("aria-label")) == (evil, evil)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (10.0, "10"), (0.0, "0"), (1.26, "1.3"), (-2.5, "-2.5"), (7, "7"), (100, "100")],
)
def test_numbers_are_short(value, text):
    assert element("g", x=value) == f'<g x="{text}"/>'


@pytest.mark.parametrize(
    ("points", "is_closed", "data"),
    [
        ([(0, 0), (1.5, 2.0)], False, "M0 0L1.5 2"),
        ([(0, 0), (1, 0), (1, 1)], True, "M0 0L1 0L1 1Z"),
        ([], False, ""),
        ([], True, ""),
    ],
)
def test_path_runs_through_its_points(points, is_closed, data):
    assert path(points, is_closed=is_closed) == data


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=30)


@given(TEXTS, TEXTS)
def test_any_words_make_well_formed_xml(text, attribute):
    node = ElementTree.fromstring(element("g", text, aria_label=attribute))
    assert (node.text or "", node.get("aria-label")) == (text, attribute)
