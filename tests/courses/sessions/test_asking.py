"""What a form must ask because of the curve."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.curve import CoursePosterior, condition
from courses.dry_runs.pain_rules import set_bounds, try_bounds
from courses.outlook.expected_range import cannot_show_worsening
from courses.plans.course_state import CourseState
from tests.factories import log_run

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HIGH, LOW = [(9, 9), (9, 9), (9, 9), (10, 9)], [(5, 4), (5, 4), (5, 4), (5, 4)]


def is_near_the_top(course, at):
    state = CourseState(course)
    record, now = state.record(at=at), state.in_force
    posterior = condition(now.prior, record.scores())
    return cannot_show_worsening(posterior, record, bounds=now.bounds, at=at)


@pytest.mark.parametrize(("pairs", "is_expected"), [(HIGH, True), (LOW, False), (HIGH[:1], False)])
def test_patient_near_the_top_must_be_asked(course, at, pairs, is_expected):
    log_run(course, pairs, until=at - 3 * DAY)
    assert is_near_the_top(course, at) is is_expected


def test_course_without_a_score_is_not(course, at):
    assert is_near_the_top(course, at) is False


def test_failing_curve_keeps_no_form_away(course, at, monkeypatch):
    log_run(course, HIGH, until=at - 3 * DAY)
    monkeypatch.setattr(CoursePosterior, "next_means", lambda *_, **__: 1 / 0)
    assert is_near_the_top(course, at) is False


def test_where_the_top_begins_is_the_clinics_bound(course, clinic, lead, at):
    log_run(course, [(7, 7)] * 5, until=at - 3 * DAY)
    assert is_near_the_top(course, at) is False
    set_bounds(clinic, try_bounds(clinic, {"ceiling_mean": 6.0}, at=at), reason="x", by=lead, at=at)
    assert is_near_the_top(course, at) is True


def test_form_says_so(course, signed_in, practitioner, at):
    log_run(course, HIGH, until=at - 3 * DAY)
    html = signed_in(practitioner).get(f"/admin/courses/course/{course.pk}/log/").content.decode()
    assert "Scores cannot show worsening for this patient" in html
