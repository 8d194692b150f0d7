"""The bounds of a clinic's rules: tried first, then set, never edited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.dry_runs.pain_rules import set_bounds, try_bounds
from courses.models import Alert, Course, Hold, RuleSettings
from courses.priors.adopted import bounds_of
from courses.rules.bounds import SHIPPED_BOUNDS
from courses.watching.findings import watch_courses
from patients.models import Patient
from tests.factories import CourseFactory, as_test_patients, cleared_patient, log_run, log_visit

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def sessions(course, at):
    """Four ordinary visits and one with a rise of 3 that only tighter bounds find."""
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=at - 4 * DAY)
    log_visit(course, at, before=3, after=6)
    return course


@pytest.fixture
def change(clinic, lead, at):
    """Try and set some bounds."""
    return lambda reason="Too many calls.", **numbers: set_bounds(
        clinic, try_bounds(clinic, numbers, at=at), reason=reason, by=lead, at=at
    )


def counts(clinic, at, **numbers):
    found = try_bounds(clinic, numbers, at=at)
    return found.n_sessions, found.n_now, found.n_then


def test_clinic_starts_with_the_shipped_ones(clinic):
    assert bounds_of(clinic) == SHIPPED_BOUNDS


def test_dry_run_says_what_was_raised_and_what_would_have_been(sessions, clinic, at):
    n_sessions, n_now, _n_then = counts(clinic, at)
    assert (n_sessions, n_now) == (5, Alert.objects.filter(rule="pain").count())
    assert counts(clinic, at, rise_always=3)[2] == 1
    assert counts(clinic, at, rise_always=6, excess=4.0)[2] == 0


def test_dry_run_looks_at_90_days_and_no_training_patient(sessions, clinic, at):
    assert counts(clinic, at + 91 * DAY)[0] == 0
    as_test_patients(Patient.objects.all())
    assert counts(clinic, at) == (0, 0, 0)


class TestCourses:
    """The rules that watch a course, not a score; one visit in four days is planned at first."""

    def lapses(self, clinic, at, **numbers):
        found = try_bounds(clinic, numbers, at=at).lapsed
        return found.n_now, found.n_then

    def off_track(self, clinic, at, **numbers):
        found = try_bounds(clinic, numbers, at=at).off_course
        return found.n_now, found.n_then

    def test_pause_too_long_is_counted_by_its_bound(self, course, clinic, at):
        interval = course.planned_interval((at - 20 * DAY).date())
        log_run(course, [(5, 4), (5, 4)], until=at - 20 * DAY)
        log_visit(course, at - 20 * DAY + interval * 2)
        log_visit(course, at)
        assert self.lapses(clinic, at, patience=4.0)[0] > self.lapses(clinic, at, patience=4.0)[1]

    def test_as_many_as_were_raised(self, course, clinic, at):
        log_run(course, [(5, 4), (5, 4)], until=at - 20 * DAY)
        watch_courses(at=at)
        assert self.lapses(clinic, at)[0] == Alert.objects.filter(rule="lapsed").count() == 1

    def test_course_that_is_over_is_not_missed(self, course, clinic, at):
        log_run(course, [(5, 4), (5, 4)], until=at - 20 * DAY)
        Course.objects.update(status="completed", ended_on=(at - 20 * DAY).date())
        assert self.lapses(clinic, at) == (0, 0)

    def test_course_that_rested_is_not_missed(self, course, clinic, at):
        log_run(course, [(5, 4), (5, 4)], until=at - 20 * DAY)
        Hold.objects.create(clinic=clinic, course=course, reason="E1", began_at=at - 19 * DAY)
        assert self.lapses(clinic, at) == (0, 0)

    def test_off_track_reviews_as_many_as_were_raised(self, course, clinic, at):
        log_run(course, [(7, 7), (7, 7), (8, 7), (8, 8), (8, 8)], until=at)
        watch_courses(at=at)
        raised = Alert.objects.filter(rule="off_course").count()
        assert (self.off_track(clinic, at)[0], raised) == (1, 1)

    def test_off_track_is_counted_by_its_bounds(self, course, clinic, at):
        log_run(course, [(6, 6), (6, 5), (6, 5), (6, 5), (6, 5)], until=at)
        loose, tight = {"relief_chance": 0.5, "least_gain": 0.3}, {"relief_chance": 0.05, "least_gain": 0.05}
        assert self.off_track(clinic, at, **loose)[1] > self.off_track(clinic, at, **tight)[1]

    def test_invented_patients_and_old_visits_do_not_count(self, course, clinic, at):
        log_run(course, [(7, 7), (7, 7), (8, 7), (8, 8), (8, 8)], until=at - 20 * DAY)
        assert self.lapses(clinic, at + 91 * DAY) == (0, 0)
        as_test_patients(Patient.objects.all())
        assert (self.lapses(clinic, at), self.off_track(clinic, at)) == ((0, 0), (0, 0))

    def test_version_keeps_what_was_said_of_courses(self, course, change, at):
        log_run(course, [(5, 4), (5, 4)], until=at - 20 * DAY)
        assert change(patience=4.0).dry_run["lapsed_now"] == 1

    def test_queries_do_not_grow_with_courses(self, course, clinic, practitioner, at):
        def n_queries():
            with CaptureQueriesContext(connection) as queries:
                try_bounds(clinic, {}, at=at)
            return len(queries)

        log_run(course, [(6, 5), (5, 4)], until=at)
        alone = n_queries()
        for _n in range(2):
            patient = cleared_patient(clinic, by=practitioner, at=at - 60 * DAY)
            log_run(CourseFactory(patient=patient, practitioner=practitioner), [(6, 5), (5, 4)], until=at)
        assert n_queries() == alone


def test_dry_run_changes_nothing(sessions, clinic, at):
    before = Alert.objects.count()
    try_bounds(clinic, {"rise_always": 2}, at=at)
    assert (Alert.objects.count(), RuleSettings.objects.count()) == (before, 0)


def test_version_says_who_when_why_and_what_the_dry_run_said(sessions, change, lead, at):
    row = change(rise_always=3)
    assert (row.version, row.set_by, row.set_at, row.reason) == (1, lead, at, "Too many calls.")
    assert row.dry_run["n_then"] == 1


def test_next_version_counts_on_and_is_in_force(change, clinic):
    change(rise_always=3)
    change(rise_always=5)
    assert (bounds_of(clinic).version, bounds_of(clinic).rise_always) == ("v2", 5)


def test_alert_names_the_version_it_was_judged_by(change, course, at):
    log_run(course, [(6, 5), (5, 4)], until=at - 4 * DAY)
    change(rise_always=2)
    log_visit(course, at, before=3, after=5)
    assert {one["evidence"]["bounds"] for one in Alert.objects.get().findings} == {"v1"}


def test_later_version_leaves_what_was_raised(sessions, change, course, at):
    log_visit(course, at + DAY, before=3, after=9)
    frozen = Alert.objects.get(rule="pain").findings
    change(rise_always=6)
    assert Alert.objects.get(rule="pain").findings == frozen


def test_asks_why(change):
    with pytest.raises(ValidationError) as refusal:
        change(reason=" ", rise_always=3)
    assert "reason" in refusal.value.message_dict


def test_what_is_out_of_limits_is_never_in_force(change, clinic):
    change(rise_always=99)
    assert bounds_of(clinic).rise_always == SHIPPED_BOUNDS.rise_always


def test_database_keeps_a_version_as_written(change, refused):
    row = change(rise_always=3)
    with refused("courses_append_only"):
        RuleSettings.objects.filter(pk=row.pk).update(reason="another")
    with refused("courses_append_only"):
        row.delete()


class TestPage:
    PATH = "/admin/courses/rulesettings/bounds/"

    def values(self, **changed):
        return {**SHIPPED_BOUNDS.numbers(), "reason": "Too many calls.", **changed}

    def test_tries_before_it_sets(self, signed_in, lead, clinic):
        page = signed_in(lead).post(self.PATH, self.values(rise_always=5)).content.decode()
        assert "would have raised 0 alerts in the last 90 days" in page
        assert not RuleSettings.objects.exists()

    def test_sets_once_confirmed(self, signed_in, lead, clinic):
        signed_in(lead).post(self.PATH, self.values(rise_always=5, set="1"))
        assert bounds_of(clinic).rise_always == 5

    def test_refuses_what_is_out_of_limits_and_keeps_what_was_typed(self, signed_in, lead):
        response = signed_in(lead).post(self.PATH, self.values(rise_always=7, set="1"))
        assert response.status_code == 422
        assert (response.context["form"]["rise_always"].value(), RuleSettings.objects.exists()) == ("7", False)

    def test_practitioner_may_not(self, signed_in, practitioner):
        assert signed_in(practitioner).post(self.PATH, self.values(set="1")).status_code == 403
