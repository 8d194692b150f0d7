"""A course's scores at the size of a word."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.scale import Frame
from courses.charts.svg import element, path

WIDTH, HEIGHT = 110, 30


def spark_svg(weeks: Sequence[float], scores: Sequence[int]) -> SafeString:
    """The scores of one timing as a line; the last one marked."""
    if not scores:
        return SafeString("")
    span = max(weeks[-1], 1.0)
    frame = Frame(WIDTH, HEIGHT, left=4, right=6, top=4, bottom=4, n_weeks=span)
    points = [(frame.x(week), frame.y(score)) for week, score in zip(weeks, scores, strict=True)]
    label = _("Scores so far: %(scores)s") % {"scores": ", ".join(map(str, scores))}
    return element(
        "svg",
        element("path", d=path([(0, frame.y(5)), (WIDTH, frame.y(5))]), class_="chart-grid", stroke="#d5dbe1"),
        element("path", d=path(points), class_="chart-mean", fill="none", stroke="#1d5d92", stroke_width=1.5),
        element("circle", cx=points[-1][0], cy=points[-1][1], r=3.0, class_="chart-dot", fill="#1d5d92"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="chart spark",
        role="img",
        aria_label=label,
    )
