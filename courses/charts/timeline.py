"""Above and below the scores: alerts with their answers, reviews, holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.scale import Frame
from courses.charts.svg import element, path
from courses.rules.facts import HOLDING, Severity

LANE, STEP, MOST_LANES = 15.0, 11.0, 4
# Half the width of the gap that marks a missed visit.
GAP = 6.0
PRESSING = frozenset({*HOLDING, Severity.RED})


@dataclass(frozen=True)
class Marker:
    """One alert: when it was raised, acknowledged and resolved."""

    week: float
    severity: str
    label: str
    acknowledged_week: float | None = None
    resolved_week: float | None = None


@dataclass(frozen=True)
class Span:
    """A hold; `end` is None while it lasts."""

    start: float
    end: float | None
    label: str


@dataclass(frozen=True)
class ReviewMark:
    """A review that was held, or is planned."""

    week: float
    label: str
    is_held: bool


@dataclass(frozen=True)
class VisitMark:
    """A visit that is booked, or was missed."""

    week: float
    label: str
    is_missed: bool


def lanes_of(markers: Sequence[Marker], frame: Frame) -> list[int]:
    """A lane for each marker so that none covers another, while there are lanes."""
    ends: list[float] = []
    lanes = []
    for marker in markers:
        places = _places(marker, frame)
        free = next((lane for lane, end in enumerate(ends) if end + STEP <= places[0]), None)
        lane = len(ends) if free is None and len(ends) < MOST_LANES else free or 0
        if lane == len(ends):
            ends.append(0.0)
        ends[lane] = max(ends[lane], places[-1])
        lanes.append(lane)
    return lanes


def marker_parts(markers: Sequence[Marker], frame: Frame) -> Iterator[SafeString]:
    """Triangles where alerts were raised, a ring where one was acknowledged, a bar where it was resolved."""
    for marker, lane in zip(markers, lanes_of(markers, frame), strict=True):
        y = frame.top - 8 - LANE * lane
        raised, *answers = _places(marker, frame)
        name, colour = (
            ("chart-alert-red", "#b3261e") if marker.severity in PRESSING else ("chart-alert", "#b06a00")
        )
        words = element("title", marker.label)
        parts = []
        if answers:
            line = path([(raised, y), (answers[-1], y)])
            parts.append(element("path", d=line, class_=f"{name}-line", stroke=colour, stroke_width=1.5))
        triangle = path([(raised, y - 6), (raised + 6, y + 5), (raised - 6, y + 5)], is_closed=True)
        parts.append(element("path", d=triangle, class_=name, fill=colour))
        if marker.acknowledged_week is not None:
            parts.append(
                element(
                    "circle", cx=answers[0], cy=y, r=3.5, class_=f"{name}-ring", fill="#ffffff", stroke=colour,
                    stroke_width=1.5,
                )
            )  # fmt: skip
        if marker.resolved_week is not None:
            bar = path([(answers[-1], y - 5), (answers[-1], y + 5)])
            parts.append(element("path", d=bar, class_=f"{name}-line", stroke=colour, stroke_width=2.5))
        yield element("g", words, *parts)


def hold_parts(holds: Sequence[Span], frame: Frame) -> Iterator[SafeString]:
    """Hatched stretches with a border on each side."""
    for hold in holds:
        left = frame.x(min(hold.start, frame.n_weeks))
        right = max(frame.x(frame.n_weeks if hold.end is None else min(hold.end, frame.n_weeks)), left + 2)
        yield element(
            "rect",
            element("title", hold.label),
            x=left,
            y=frame.top,
            width=right - left,
            height=frame.y_end - frame.top,
            class_="chart-hold",
            fill="#8a949e",
            fill_opacity=0.18,
        )
        yield element(
            "path",
            d=path([(left, frame.top), (left, frame.y_end)]),
            class_="chart-hold-edge",
            stroke="#6b757e",
            stroke_dasharray="2 2",
        )


def review_parts(reviews: Sequence[ReviewMark], frame: Frame) -> Iterator[SafeString]:
    """A line at each review with a square at its foot: filled if it was held."""
    for review in reviews:
        x, y = frame.x(min(review.week, frame.n_weeks)), frame.y_end
        yield element(
            "g",
            element("title", review.label),
            element(
                "path",
                d=path([(x, frame.top), (x, y)]),
                class_="chart-review-line",
                stroke="#5b6770",
                stroke_dasharray=None if review.is_held else "2 4",
            ),
            element(
                "rect",
                x=x - 4,
                y=y - 4,
                width=8,
                height=8,
                class_="chart-review" if review.is_held else "chart-review-planned",
                fill="#5b6770" if review.is_held else "#ffffff",
                stroke="#5b6770",
            ),
        )


def visit_parts(visits: Sequence[VisitMark], frame: Frame) -> Iterator[SafeString]:
    """The bottom of the plot: a tick for a booked visit, a gap with a cross for a missed one."""
    y = frame.y_end
    shown = sorted((visit for visit in visits if visit.week <= frame.n_weeks), key=lambda visit: visit.week)
    left = frame.left
    for visit in shown:
        x = frame.x(visit.week)
        if visit.is_missed:
            yield _foot(left, x - GAP, y)
            left = max(left, x + GAP)
            cross = path([(x - 3, y - 3), (x + 3, y + 3)]) + path([(x - 3, y + 3), (x + 3, y - 3)])
            yield element(
                "path",
                element("title", visit.label),
                d=cross,
                class_="chart-missed",
                stroke="#b06a00",
                stroke_width=1.5,
            )
        else:
            tick = path([(x, y - 7), (x, y)])
            words = element("title", visit.label)
            yield element("path", words, d=tick, class_="chart-booked", stroke="#47555e", stroke_width=2)
    yield _foot(left, frame.x_end, y)


def _foot(left: float, right: float, y: float) -> SafeString:
    line = path([(left, y), (right, y)]) if right > left else ""
    return (
        element("path", d=line, class_="chart-foot", stroke="#8a949e", stroke_width=1.5)
        if line
        else SafeString("")
    )


def describe_timeline(
    markers: Sequence[Marker],
    holds: Sequence[Span],
    reviews: Sequence[ReviewMark],
    visits: Sequence[VisitMark] = (),
) -> list[str]:
    """The same in words."""
    labels = [marker.label for marker in markers]
    labels += [hold.label for hold in holds]
    labels += [review.label for review in reviews if review.is_held]
    planned = [f"{review.week:.0f}" for review in reviews if not review.is_held]
    if planned:
        labels.append(_("Reviews planned in week %(weeks)s.") % {"weeks": ", ".join(planned)})
    labels += [visit.label for visit in visits]
    return labels


def _places(marker: Marker, frame: Frame) -> list[float]:
    """The positions of an alert and its answers, far enough apart to be seen."""
    places = [frame.x(min(marker.week, frame.n_weeks))]
    for week in (marker.acknowledged_week, marker.resolved_week):
        if week is not None:
            places.append(max(frame.x(min(week, frame.n_weeks)), places[-1] + STEP))
    return places
