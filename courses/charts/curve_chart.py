"""The healing curve of a course."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.scale import Frame, week_ticks
from courses.charts.svg import Value, element, path
from courses.charts.timeline import (
    LANE,
    Marker,
    ReviewMark,
    Span,
    describe_timeline,
    hold_parts,
    lanes_of,
    marker_parts,
    review_parts,
)

LARGE, PANEL, SMALL, NARROW = (760, 340), (460, 300), (340, 190), (340, 280)


@dataclass(frozen=True)
class Dot:
    """One score."""

    week: float
    score: int
    timing: str
    session: int | None = None


@dataclass(frozen=True)
class Band:
    """Fitted mean and central bands at weeks; all of one length."""

    weeks: Sequence[float]
    mean: Sequence[float]
    low50: Sequence[float]
    high50: Sequence[float]
    low90: Sequence[float]
    high90: Sequence[float]


@dataclass(frozen=True)
class CurvePicture:
    """What is drawn: scores, the fitted curve, alerts, the planned end."""

    dots: tuple[Dot, ...]
    band: Band | None
    markers: tuple[Marker, ...]
    planned_end_week: float
    primary: str
    n_scores: int
    prior: str
    holds: tuple[Span, ...] = ()
    reviews: tuple[ReviewMark, ...] = ()
    # The curve gave no answer: the scores stand alone.
    has_failed: bool = False

    @property
    def last_week(self) -> float:
        """The week of the last score: the curve is a fit before it and a projection after."""
        return max((dot.week for dot in self.dots), default=0.0)

    @property
    def n_weeks(self) -> float:
        """How many weeks the paper spans."""
        return max(self.planned_end_week, self.last_week, 1.0)

    @property
    def timeline(self) -> list[str]:
        """Alerts, holds and reviews in words."""
        return describe_timeline(self.markers, self.holds, self.reviews)


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
        *_lines(picture, frame),
        *_dots(picture, frame),
        *marker_parts(picture.markers, frame),
        viewBox=f"0 0 {width} {height}",
        class_="chart curve-chart",
        role="img",
        aria_labelledby=f"{uid}-title {uid}-desc",
        font_size="12",
        font_family=font,
    )


def _frame(picture: CurvePicture, width: int, height: int) -> Frame:
    """Room for every lane of alerts above the plot."""
    frame = Frame(width, height, left=30, right=14, top=18, bottom=34, n_weeks=picture.n_weeks * 1.02)
    n_lanes = max(lanes_of(picture.markers, frame), default=0)
    return replace(frame, top=18 + LANE * n_lanes)


def describe(picture: CurvePicture) -> str:
    """The chart in words, for those who do not see it."""
    if not picture.dots:
        return _("No score has been recorded yet.")
    first, last = picture.dots[0], picture.dots[-1]
    words = _("%(n)s scores from week %(start).0f to week %(end).0f. First %(first)s, last %(last)s.") % {
        "n": picture.n_scores,
        "start": first.week,
        "end": last.week,
        "first": first.score,
        "last": last.score,
    }
    if picture.band is None:
        return words
    return (
        words
        + " "
        + _("Expected at the planned end: %(mean).0f, nine of ten between %(low).0f and %(high).0f.")
        % {
            "mean": picture.band.mean[-1],
            "low": picture.band.low90[-1],
            "high": picture.band.high90[-1],
        }
    )


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
    yield element("text", _("pain"), x=0, y=frame.top - 10, class_="chart-label")


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


def _lines(picture: CurvePicture, frame: Frame) -> Iterator[SafeString]:
    band, last = picture.band, picture.last_week
    if band is not None:
        points = list(zip(band.weeks, band.mean, strict=True))
        fitted = [(frame.x(week), frame.y(mean)) for week, mean in points if week <= last]
        ahead = [(frame.x(week), frame.y(mean)) for week, mean in points if week >= last]
        common: dict[str, Value] = {"fill": "none", "stroke": "#1d5d92", "stroke_width": 2}
        yield element("path", d=path(fitted), class_="chart-mean", **common)
        yield element("path", d=path(ahead), class_="chart-mean", stroke_dasharray="5 4", **common)
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


def dot_label(dot: Dot) -> str:
    """One score in words."""
    names = {
        "before": _("before"),
        "after": _("after"),
        "day1": _("day 1"),
        "day3": _("day 3"),
        "other": _("other"),
    }
    values = {"number": dot.session, "timing": names[dot.timing], "score": dot.score, "week": dot.week}
    if dot.session is None:
        return _("Week %(week).1f, %(timing)s: %(score)s") % values
    return _("Session %(number)s, %(timing)s: %(score)s") % values
