"""A course's curve as numbers for a chart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.curve import SHIPPED_PRIOR, condition
from courses.models import Alert
from courses.outlook.picture import curve_picture, drawn_timings, primary_run, primary_timing
from courses.outlook.summary import curve_says
from courses.priors.course_records import record_of
from tests.factories import log_run, log_visit

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def picture(course, at, **values):
    record = record_of(course, at=at)
    return curve_picture(record, condition(SHIPPED_PRIOR, record.scores()), **values)


def test_every_score_is_a_dot(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    found = picture(course, at)
    assert [(dot.score, dot.timing, dot.session) for dot in found.dots] == [
        (6, "before", 1),
        (5, "after", 1),
        (5, "before", 2),
        (4, "after", 2),
    ]
    assert (found.n_scores, found.prior, found.planned_end_week) == (4, "shipped", 8.0)


def test_band_runs_to_the_planned_end_inside_the_scale(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    band = picture(course, at, next_week=1.0).band
    assert (band.weeks[0], band.weeks[-1]) == (0, 8)
    assert all(
        0 <= low <= mean <= high <= 10 for low, mean, high in zip(band.low90, band.mean, band.high90, strict=True)
    )
    assert all(outer <= inner for outer, inner in zip(band.low90, band.low50, strict=True))


def test_band_has_a_point_at_the_last_score(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    found = picture(course, at)
    assert found.last_week in found.band.weeks


@pytest.mark.parametrize("pairs", [[], [(6, None)]])
def test_no_band_is_drawn_through_nothing(course, at, pairs):
    log_run(course, pairs, until=at)
    assert picture(course, at).band is None


def test_course_that_continued_is_drawn_to_its_last_score(course, at):
    course.weekly_sessions = [1]
    log_run(course, [(6, 5), (5, 4)], until=at, days=21)
    course.save()
    assert picture(course, at).band.weeks[-1] == pytest.approx(3)


def test_nothing_is_drawn_ahead_without_a_next_visit(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    band = picture(course, at).band
    assert (band.weeks[-1], band.next, band.end) == (pytest.approx(4 / 7), None, None)


@pytest.mark.parametrize("timing", ["before", "after"])
def test_next_visit_is_drawn_as_it_is_said(course, at, timing):
    log_run(course, [(6, 5), (5, 4), (6, 3), (4, 3)], until=at)
    record = record_of(course, at=at)
    posterior = condition(SHIPPED_PRIOR, record.scores())
    drawn = curve_picture(record, posterior, timing=timing, next_week=4.0).band
    said = curve_says(record, posterior, next_week=4.0, timing=timing)
    assert (drawn.next.low90, drawn.next.high90) == said.next_score.interval90
    assert drawn.next.mean == pytest.approx(said.next_score.mean)
    assert drawn.mean[drawn.weeks.index(drawn.next.week)] == drawn.next.mean
    assert (drawn.end.low90, drawn.end.high90) == (said.line.low90, said.line.high90)
    last = drawn.weeks.index(record.week(record.rows[-1].scored_at))
    assert (drawn.mean[0], drawn.mean[last]) == (pytest.approx(said.line.start), pytest.approx(said.line.now))


def test_line_needs_two_scores_of_its_timing(course, at):
    log_run(course, [(6, None), (5, None), (5, 4)], until=at)
    assert picture(course, at, timing="after").n_missing == 1
    assert picture(course, at, timing="after").band is None
    assert picture(course, at, timing="before").band is not None
    assert drawn_timings(record_of(course, at=at)) == ("after", "before")


def test_alerts_are_marked_at_their_time_without_a_name(course, at):
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at)
    (marker,) = picture(course, at, alerts=Alert.objects.all()).markers
    assert (marker.severity, marker.label) == ("red", "pain: red")
    assert marker.week == pytest.approx(16 / 7)


def test_after_scores_are_shown_first_where_there_are_any(course, at):
    log_visit(course, at - 7 * DAY, before=6, after=None)
    assert primary_timing(record_of(course, at=at)) == "before"
    log_visit(course, at, before=5, after=4)
    assert primary_timing(record_of(course, at=at)) == "after"
    assert primary_run(record_of(course, at=at)) == ([1.0], [4])
