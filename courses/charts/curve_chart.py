"""The healing curve of a course."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.curve_picture import (
    Band,
    CurvePicture,
    Dot,
    Expected,
    describe,
    dot_label,
    next_label,
)
from courses.charts.ranges_then import range_parts
from courses.charts.scale import Frame, week_ticks
from courses.charts.svg import Value, element, path
from courses.charts.timeline import (
    LANE,
    hold_parts,
    lanes_of,
    marker_parts,
    review_parts,
    visit_parts,
)

__all__ = ["LARGE", "NARROW", "PANEL", "SMALL", "Band", "CurvePicture", "Dot", "Expected", "curve_svg", "describe"]

TOP = 24
LARGE, PANEL, SMALL, NARROW = (760, 340), (460, 300), (340, 190), (340, 280)


def curve_svg(
    picture: CurvePicture, *, size: tuple[int, int], uid: str, title: str = "", font: str = "inherit"
) -> SafeString:
    """The chart as inline SVG; `uid` makes its ids unique on a page."""
    width, height = size
    frame = _frame(picture, width, height)
    return element(
        "svg",
        element("title", title or _("Healing curve"), id=f"{uid}-title"),
        element("desc", describe(picture), id=f"{uid}-desc"),
        *_grid(frame),
        *_bands(picture, frame),
        *hold_parts(picture.holds, frame),
        *review_parts(picture.reviews, frame),
        *visit_parts(picture.visits, frame),
        *_lines(picture, frame),
        *_today(picture, frame),
        *range_parts(picture.then, frame),
        *_dots(picture, frame),
        *_next(picture, frame),
        *marker_parts(picture.markers, frame),
        viewBox=f"0 0 {width} {height}",
        class_="chart curve-chart",
        role="img",
        aria_labelledby=f"{uid}-title {uid}-desc",
        font_size="12",
        font_family=font,
    )


def _frame(picture: CurvePicture, width: int, height: int) -> Frame:
    """The axes, with room for every lane of alerts above the plot."""
    frame = Frame(width, height, left=30, right=14, top=TOP, bottom=34, n_weeks=picture.n_weeks * 1.02)
    n_lanes = max(lanes_of(picture.markers, frame), default=-1) + 1
    return replace(frame, top=TOP + LANE * n_lanes)


def _grid(frame: Frame) -> Iterator[SafeString]:
    for score in range(0, 11, 2):
        y = frame.y(score)
        yield element("path", d=path([(frame.left, y), (frame.x_end, y)]), class_="chart-grid", stroke="#d5dbe1")
        yield element("text", str(score), x=frame.left - 8, y=y + 4, text_anchor="end", class_="chart-label")
    for week in week_ticks(frame.n_weeks):
        yield element(
            "text", str(week), x=frame.x(week), y=frame.y_end + 15, text_anchor="middle", class_="chart-label"
        )
    middle = (frame.left + frame.x_end) / 2
    yield element("text", _("week"), x=middle, y=frame.y_end + 29, text_anchor="middle", class_="chart-label")
    yield element("text", _("pain: 0 = no pain, 10 = worst pain"), x=0, y=11, class_="chart-label")


def _bands(picture: CurvePicture, frame: Frame) -> Iterator[SafeString]:
    band = picture.band
    if band is None:
        return
    for name, low, high, fill in (
        ("chart-band90", band.low90, band.high90, "#dceaf5"),
        ("chart-band50", band.low50, band.high50, "#b3d3ea"),
    ):
        upper = [(frame.x(week), frame.y(value)) for week, value in zip(band.weeks, high, strict=True)]
        lower = [(frame.x(week), frame.y(value)) for week, value in zip(band.weeks, low, strict=True)]
        yield element("path", d=path([*upper, *reversed(lower)], is_closed=True), class_=name, fill=fill)
        for edge in (upper, lower):
            # Distinct in print and without colour: the wide range has dotted edges, the usual one thin ones.
            dashes = "1 3" if name == "chart-band90" else None
            yield element(
                "path", d=path(edge), class_="chart-edge", fill="none", stroke="#7f9db3", stroke_dasharray=dashes
            )


def _lines(picture: CurvePicture, frame: Frame) -> Iterator[SafeString]:
    band, last = picture.band, picture.last_week
    if band is not None:
        points = list(zip(band.weeks, band.mean, strict=True))
        fitted = [(frame.x(week), frame.y(mean)) for week, mean in points if week <= last]
        ahead = [(frame.x(week), frame.y(mean)) for week, mean in points if week > last]
        common: dict[str, Value] = {"fill": "none", "stroke": "#1d5d92", "stroke_width": 2}
        yield element("path", d=path(fitted), class_="chart-mean", **common)
        if ahead:
            line = path([*fitted[-1:], *ahead])
            yield element("path", d=line, class_="chart-mean", stroke_dasharray="5 4", **common)
    end = frame.x(picture.planned_end_week)
    yield element(
        "path",
        d=path([(end, frame.top), (end, frame.y_end)]),
        class_="chart-end",
        stroke="#8a949e",
        stroke_dasharray="1 4",
    )
    label_x = min(end + 32, frame.width)
    yield element("text", _("planned end"), x=label_x, y=frame.y_end + 29, text_anchor="end", class_="chart-label")


def _today(picture: CurvePicture, frame: Frame) -> Iterator[SafeString]:
    """A line at today, with a label if there is room."""
    if picture.today_week is None or not picture.is_today_drawn:
        return
    x = frame.x(picture.today_week)
    line = path([(x, frame.top - 2), (x, frame.y_end)])
    yield element("path", d=line, class_="chart-today", stroke="#47555e", stroke_dasharray="6 2 1 2")
    is_late = x > frame.x_end - 36
    yield element(
        "text",
        _("today"),
        x=x - 4 if is_late else x + 4,
        y=frame.top + 11,
        text_anchor="end" if is_late else "start",
        class_="chart-label",
    )


def _next(picture: CurvePicture, frame: Frame) -> Iterator[SafeString]:
    """A bracket over the range expected at the next visit, with a small square at the mean."""
    expected = picture.band.next if picture.band else None
    if expected is None:
        return
    x, low, high = frame.x(expected.week), frame.y(expected.low90), frame.y(expected.high90)
    bracket = (
        path([(x - 5, high), (x + 5, high)]) + path([(x, high), (x, low)]) + path([(x - 5, low), (x + 5, low)])
    )
    yield element(
        "g",
        element("title", next_label(expected)),
        element("path", d=bracket, class_="chart-next", fill="none", stroke="#1f2a33", stroke_width=1.5),
        element(
            "rect",
            x=x - 3.5,
            y=frame.y(expected.mean) - 3.5,
            width=7,
            height=7,
            class_="chart-next-mean",
            fill="#ffffff",
            stroke="#1f2a33",
            stroke_width=1.5,
        ),
    )


def _dots(picture: CurvePicture, frame: Frame) -> Iterator[SafeString]:
    by_session = sorted((dot for dot in picture.dots if dot.session), key=lambda dot: dot.session or 0)
    for _session, dots in groupby(by_session, key=lambda dot: dot.session):
        pair = [(frame.x(dot.week), frame.y(dot.score)) for dot in dots if dot.timing in {"before", "after"}]
        if len(pair) > 1:
            yield element("path", d=path(pair), class_="chart-pair", stroke="#7d8b99")
    for dot in sorted(picture.dots, key=lambda dot: dot.timing == picture.primary):
        yield _dot(dot, picture, frame)


def _dot(dot: Dot, picture: CurvePicture, frame: Frame) -> SafeString:
    x, y = frame.x(dot.week), frame.y(dot.score)
    words = element("title", dot_label(dot))
    if dot.timing == picture.primary:
        return element("circle", words, cx=x, cy=y, r=4.5, class_="chart-dot", fill="#1d5d92", stroke="#ffffff")
    if dot.timing in {"before", "after"}:
        return element("circle", words, cx=x, cy=y, r=3.5, class_="chart-ring", fill="#ffffff", stroke="#1d5d92")
    diamond = path([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], is_closed=True)
    return element("path", words, d=diamond, class_="chart-diamond", fill="#ffffff", stroke="#6b4fa0")
