"""A course's curve as numbers for a chart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import pairwise

import numpy as np

from courses import curve
from courses.charts.curve_chart import Band, CurvePicture, Dot, Expected
from courses.charts.timeline import VisitMark
from courses.models import Alert
from courses.outlook import time_limit
from courses.outlook.markers import markers_of
from courses.priors.course_records import WEEK, Record

N_POINTS = 41
MIN_SCORES_TO_DRAW = 2
# Nobody comes again within minutes: a visit counts as the next one from an hour after the last score.
SOONEST = 1 / (7 * 24)
# Timings within a session: each has a band of its own to choose.
BANDED = (curve.Timing.BEFORE, curve.Timing.AFTER)


def curve_picture(
    record: Record,
    posterior: curve.CoursePosterior | None,
    *,
    alerts: Iterable[Alert] = (),
    timing: str | None = None,
    next_week: float | None = None,
    today_week: float | None = None,
    visits: tuple[VisitMark, ...] = (),
    seconds: float | None = None,
) -> CurvePicture:
    """Scores, bands and alerts of a course; the bands are those of one timing, the primary one by default.

    Without a next week nothing is drawn after the last score. If the curve fails or takes too long the scores are
    shown without bands, and the chart says so; if it has no answer yet, the chart says how many scores it needs.
    """
    primary = timing or primary_timing(record)
    dots = tuple(Dot(record.week(row.scored_at), row.score, row.timing, row.session_number) for row in record.rows)
    n_of_timing = sum(dot.timing == primary for dot in dots)
    is_drawn, band = n_of_timing >= MIN_SCORES_TO_DRAW, None
    if is_drawn and posterior:
        draw = partial(_band, record, posterior, primary=primary, next_week=next_week)
        band = time_limit.answer(draw, seconds=seconds, course=record.course)
    return CurvePicture(
        dots=dots,
        band=band,
        markers=markers_of(record, alerts),
        planned_end_week=record.planned_end_week,
        primary=primary,
        n_scores=len(dots),
        prior=str(posterior.prior.version) if posterior else "",
        has_failed=is_drawn and band is None,
        n_missing=0 if is_drawn else MIN_SCORES_TO_DRAW - n_of_timing,
        today_week=today_week,
        visits=visits,
    )


def coming_week(record: Record, week: float) -> float:
    """The week of a coming score: never before the last one."""
    return max(week, record.week(record.rows[-1].scored_at) + SOONEST)


def drawn_timings(record: Record) -> tuple[str, ...]:
    """The timings whose band can be chosen, the primary one first."""
    primary = primary_timing(record)
    others = [
        timing for timing in BANDED if timing != primary and any(row.timing == timing for row in record.rows)
    ]
    return (primary, *map(str, others))


def primary_timing(record: Record) -> str:
    """The timing for the bounds: after, or before if a clinic does not record after."""
    return "after" if any(row.timing == "after" for row in record.rows) else "before"


def primary_run(record: Record) -> tuple[list[float], list[int]]:
    """Weeks and scores of the primary timing."""
    primary = primary_timing(record)
    rows = [row for row in record.rows if row.timing == primary]
    return [(row.scored_at - record.rows[0].scored_at) / WEEK for row in rows], [row.score for row in rows]


def _band(record: Record, posterior: curve.CoursePosterior, *, primary: str, next_week: float | None) -> Band:
    """The line and its bands up to the last score, and the future ones if any are drawn."""
    last = float(posterior.course.weeks.max())
    # From score to score, and each week of a long gap; points between two scores add nothing.
    seen = np.unique(posterior.course.weeks)
    inside = [week for low, high in pairwise(seen) for week in np.arange(low + 1.0, high - 1.0)]
    weeks = np.unique([*seen, *inside])
    coming = None
    if next_week is not None:
        coming = coming_week(record, next_week)
        end = max(record.planned_end_week, coming)
        ahead = [*np.linspace(last, end, N_POINTS)[1:], coming, coming_week(record, record.planned_end_week)]
        weeks = np.unique([*weeks, *ahead])
    bands = posterior.bands(weeks, curve.Timing(primary))
    return Band(
        weeks=weeks.tolist(),
        mean=bands.mean.tolist(),
        low50=bands.lower50.tolist(),
        high50=bands.upper50.tolist(),
        low90=bands.lower90.tolist(),
        high90=bands.upper90.tolist(),
        next=None if coming is None else _expected(bands, coming),
        end=None if coming is None else _expected(bands, coming_week(record, record.planned_end_week)),
    )


def _expected(bands: curve.Bands, week: float) -> Expected:
    """The expectation at one of the band's weeks, as in the sentences."""
    place = int(np.searchsorted(bands.weeks, week))
    return Expected(week, float(bands.mean[place]), *bands.whole90[place])
