"""A monthly rate between its control limits."""

from __future__ import annotations

import re

from courses.charts.control_chart import MonthRate, control_svg


def month(per_100: float, *, name: str = "2026-01", low: float = 1.0, high: float = 9.0) -> MonthRate:
    return MonthRate(name, per_100, 120, low, high)


def drawn(*months: MonthRate) -> str:
    return str(control_svg(months, title="Alerts by month", uid="m"))


def test_month_is_outside_beyond_either_limit():
    assert [month(rate).is_outside for rate in (0.9, 1.0, 5.0, 9.0, 9.1)] == [True, False, False, False, True]


def test_every_month_is_a_dot_and_those_outside_look_different():
    svg = drawn(month(5), month(12, name="2026-02"))
    assert svg.count("<circle") == 2
    assert svg.count("chart-dot-outside") == 1


def test_every_dot_lies_on_the_paper():
    heights = [float(cy) for cy in re.findall(r'cy="([\d.]+)"', drawn(month(0, low=0), month(100, high=40)))]
    assert all(0 <= height <= 200 for height in heights)
    assert heights[0] > heights[1]


def test_screen_readers_read_each_month():
    svg = drawn(month(5), month(12, name="2026-02"))
    assert "Jan 2026: 5.0; Feb 2026: 12.0" in svg
    assert 'role="img"' in svg
    assert 'aria-labelledby="m-title m-desc"' in svg


def test_no_month_is_an_empty_picture():
    assert "No month yet." in drawn()


def test_two_years_are_labelled_without_crowding():
    svg = drawn(*[month(5, name=f"{year}-{number:02d}") for year in (2024, 2025) for number in range(1, 13)])
    assert svg.count('text-anchor="middle"') <= 6


def test_month_of_one_session_does_not_flatten_the_others():
    """Its limit reaches 70, the others' 9: the scale is for those."""
    months = [month(5, name=f"2025-{number:02d}") for number in range(1, 12)] + [month(0, low=0, high=70)]
    assert ">20<" in drawn(*months)
    assert ">70<" not in drawn(*months)


def test_nothing_is_styled_inline():
    assert "style=" not in drawn(month(5))
