"""A course's chart, once for each timing with a range; one is shown at a time, with its sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from courses.charts.curve_chart import CurvePicture, curve_svg
from courses.curve import CoursePosterior
from courses.outlook.picture import drawn_timings
from courses.outlook.summary import CurveSays, curve_says
from courses.outlook.wording import TIMINGS, curve_sentences, next_words
from courses.priors.course_records import Record


@dataclass(frozen=True)
class ChartView:
    """One timing: its chart as SVG, wide and narrow, and its sentences."""

    timing: str
    label: str | Promise
    picture: CurvePicture
    wide: SafeString
    narrow: SafeString | None
    says: CurveSays | None
    sentences: tuple[str, ...] = ()

    @property
    def next_words(self) -> str:
        """The range expected for the next score."""
        return next_words(self.says) if self.says else ""


def chart_views(
    record: Record,
    posterior: CoursePosterior | None,
    *,
    picture_of: Callable[[str], CurvePicture],
    uid: str,
    wide: tuple[int, int],
    narrow: tuple[int, int] | None = None,
    next_week: float,
    is_over: bool = False,
) -> list[ChartView]:
    """A view of each timing that can be chosen, the primary one first."""
    return [
        _view(
            timing,
            picture_of(timing),
            curve_says(record, posterior, next_week=next_week, timing=timing),
            uid=f"{uid}-{timing}",
            wide=wide,
            narrow=narrow,
            is_over=is_over,
        )
        for timing in drawn_timings(record)
    ]


def _view(
    timing: str,
    picture: CurvePicture,
    says: CurveSays | None,
    *,
    uid: str,
    wide: tuple[int, int],
    narrow: tuple[int, int] | None,
    is_over: bool,
) -> ChartView:
    return ChartView(
        timing=timing,
        label=TIMINGS[timing],
        picture=picture,
        wide=curve_svg(picture, size=wide, uid=uid),
        narrow=curve_svg(picture, size=narrow, uid=f"narrow-{uid}") if narrow else None,
        says=says,
        sentences=tuple(curve_sentences(says, is_over=is_over)) if says else (),
    )
