"""What a course's chart shows: scores, line, ranges and marks; and the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.country.shown import shown_number
from courses.charts.ranges_then import RangeThen
from courses.charts.timeline import Marker, ReviewMark, Span, VisitMark, describe_timeline

CHECK_INS = frozenset({"day1", "day3"})
SESSION = frozenset({"before", "after"})


@dataclass(frozen=True)
class Dot:
    """One score."""

    week: float
    score: int
    timing: str
    session: int | None = None


@dataclass(frozen=True)
class Expected:
    """What is expected of a score at a week: its mean, and the range of nine in ten scores."""

    week: float
    mean: float
    low90: int
    high90: int


@dataclass(frozen=True)
class Band:
    """The line and central ranges at weeks; all of one length.

    The values for the next visit and the planned end are None if nothing is drawn after the last score.
    """

    weeks: Sequence[float]
    mean: Sequence[float]
    low50: Sequence[float]
    high50: Sequence[float]
    low90: Sequence[float]
    high90: Sequence[float]
    next: Expected | None = None
    end: Expected | None = None


@dataclass(frozen=True)
class CurvePicture:
    """What is drawn: scores, line and ranges of one timing (`primary`), alerts, visits, the planned end."""

    dots: tuple[Dot, ...]
    band: Band | None
    markers: tuple[Marker, ...]
    planned_end_week: float
    primary: str
    n_scores: int
    prior: str
    holds: tuple[Span, ...] = ()
    reviews: tuple[ReviewMark, ...] = ()
    # The curve was not available: only scores are drawn.
    has_failed: bool = False
    # How many scores of the timing are missing before a line is drawn.
    n_missing: int = 0
    today_week: float | None = None
    visits: tuple[VisitMark, ...] = ()
    # The ranges expected at past scores, and why some are missing, if requested.
    then: tuple[RangeThen, ...] = ()
    then_missing: tuple[str, ...] = ()

    @property
    def last_week(self) -> float:
        """The week of the last score: the curve is a fit before it and a projection after."""
        return max((dot.week for dot in self.dots), default=0.0)

    @property
    def n_weeks(self) -> float:
        """The number of weeks on the axis."""
        coming = self.band.next.week if self.band and self.band.next else 0.0
        return max(self.planned_end_week, self.last_week, coming, 1.0)

    @property
    def is_today_drawn(self) -> bool:
        """Whether today is on the axis."""
        return self.today_week is not None and self.last_week <= self.today_week <= self.n_weeks

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The marks on the chart, as CSS classes with their words."""
        return [*self._score_keys(), *self._band_keys(), *self._then_keys(), *self._mark_keys()]

    @property
    def band_words(self) -> str:
        """Which timing the line and ranges belong to."""
        if self.primary == "after":
            return _("Line and ranges: scores after a session")
        return _("Line and ranges: scores before a session")

    @property
    def missing_words(self) -> str:
        """Why there is no line yet."""
        if not self.n_missing:
            return ""
        if self.primary == "after":
            return _("No line yet: it needs 2 scores after a session.")
        return _("No line yet: it needs 2 scores before a session.")

    def _score_keys(self) -> Iterator[tuple[str, str]]:
        timings = {dot.timing for dot in self.dots}
        names = {"before": _("before a session"), "after": _("after a session")}
        if self.primary in timings:
            yield "dot", names[self.primary]
        for timing in sorted(timings & SESSION - {self.primary}):
            yield "ring", names[timing]
        if timings & CHECK_INS:
            yield "diamond", _("check-in")
        elif timings - SESSION:
            yield "diamond", _("other score")

    def _band_keys(self) -> Iterator[tuple[str, str]]:
        if self.band is None:
            return
        yield "line", _("smoothed level")
        yield "band50", _("usual range (half of scores)")
        yield "band90", _("wide range (9 in 10 scores)")
        if self.band.next is not None:
            yield "ahead", _("projection")
            yield "next", _("expected at the next visit")

    def _then_keys(self) -> Iterator[tuple[str, str]]:
        if self.then:
            yield "then", _("wide range expected at the time")

    def _mark_keys(self) -> Iterator[tuple[str, str]]:
        if self.markers:
            yield "alert", _("alert")
        if any(marker.acknowledged_week is not None for marker in self.markers):
            yield "taken", _("acknowledged")
        if any(marker.resolved_week is not None for marker in self.markers):
            yield "resolved", _("resolved")
        if any(review.is_held for review in self.reviews):
            yield "review", _("review")
        if not all(review.is_held for review in self.reviews):
            yield "planned", _("review planned")
        if self.holds:
            yield "hold", _("on hold")
        if any(not visit.is_missed for visit in self.visits):
            yield "booked", _("visit booked")
        if any(visit.is_missed for visit in self.visits):
            yield "missed", _("visit missed")

    @property
    def timeline(self) -> list[str]:
        """Alerts, holds and reviews in words."""
        return describe_timeline(self.markers, self.holds, self.reviews, self.visits)


def dot_label(dot: Dot) -> str:
    """One score in words."""
    names = {
        "before": _("before"),
        "after": _("after"),
        "day1": _("day 1"),
        "day3": _("day 3"),
        "other": _("other"),
    }
    values = {
        "number": dot.session,
        "timing": names[dot.timing],
        "score": dot.score,
        "week": shown_number(dot.week, 1),
    }
    if dot.session is None:
        return _("Week %(week)s, %(timing)s: %(score)s") % values
    return _("Session %(number)s, %(timing)s: %(score)s") % values


def describe(picture: CurvePicture) -> str:
    """The chart in words, for people who do not see it."""
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
    parts = [words, f"{picture.band_words}."]
    if picture.band.next is not None:
        parts.append(next_label(picture.band.next))
    if picture.band.end is not None:
        end = picture.band.end
        parts.append(
            _("Expected at the planned end: %(mean).0f, wide range %(low)d to %(high)d.")
            % {"mean": end.mean, "low": end.low90, "high": end.high90}
        )
    return " ".join(parts)


def next_label(expected: Expected) -> str:
    """What is expected at the next visit, in words."""
    return _("Expected at the next visit: about %(mean).0f, wide range %(low)d to %(high)d (9 in 10 scores).") % {
        "mean": expected.mean,
        "low": expected.low90,
        "high": expected.high90,
    }
