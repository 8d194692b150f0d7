"""A course's curve as numbers to be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from courses import curve
from courses.charts.curve_chart import Band, CurvePicture, Dot
from courses.models import Alert
from courses.priors import guard
from courses.priors.rows import WEEK, Record
from courses.priors.timeline import markers_of

N_POINTS = 41
MIN_SCORES_TO_DRAW = 2


def curve_picture(
    record: Record,
    posterior: curve.CoursePosterior | None,
    *,
    alerts: Iterable[Alert] = (),
    seconds: float | None = None,
) -> CurvePicture:
    """Scores, bands and alerts of a course; the bands stand around the after-scores where there are any.

    Where the curve fails or takes too long the scores are shown without bands, and the picture says so.
    """
    primary = primary_timing(record)
    dots = tuple(Dot(record.week(row.scored_at), row.score, row.timing, row.session_number) for row in record.rows)
    is_drawn, band = len(dots) >= MIN_SCORES_TO_DRAW, None
    if is_drawn and posterior:
        draw = partial(_band, record, posterior, primary=primary)
        band = guard.answer(draw, seconds=seconds, course=record.course)
    return CurvePicture(
        dots=dots,
        band=band,
        markers=markers_of(record, alerts),
        planned_end_week=record.planned_end_week,
        primary=primary,
        n_scores=len(dots),
        prior=str(posterior.prior.version) if posterior else "",
        has_failed=is_drawn and band is None,
    )


def primary_timing(record: Record) -> str:
    """The timing the bounds use: after, or before where a clinic does not record after."""
    return "after" if any(row.timing == "after" for row in record.rows) else "before"


def primary_run(record: Record) -> tuple[list[float], list[int]]:
    """Weeks and scores of the primary timing."""
    primary = primary_timing(record)
    rows = [row for row in record.rows if row.timing == primary]
    return [(row.scored_at - record.rows[0].scored_at) / WEEK for row in rows], [row.score for row in rows]


def _band(record: Record, posterior: curve.CoursePosterior, *, primary: str) -> Band:
    scores = posterior.course
    end = max(record.planned_end_week, float(scores.weeks.max()))
    weeks = np.unique(np.append(np.linspace(0.0, end, N_POINTS), scores.weeks.max()))
    bands = posterior.bands(weeks, curve.Timing(primary))
    return Band(
        weeks=weeks.tolist(),
        mean=bands.mean.tolist(),
        low50=bands.lower50.tolist(),
        high50=bands.upper50.tolist(),
        low90=bands.lower90.tolist(),
        high90=bands.upper90.tolist(),
    )
