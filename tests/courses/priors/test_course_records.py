"""Scores as rows, and as the arrays for the healing curve."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.models import PainScore
from courses.priors.course_records import clinic_records, record_of, records_of
from patients.intake import record_pain_type
from patients.models import PatientPainType
from tests.factories import CourseFactory, PatientFactory, log_run

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_record_holds_the_scores_in_order_with_their_sessions(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    record = record_of(course, at=at)
    assert [(row.timing, row.score, row.session_number) for row in record.rows] == [
        ("before", 6, 1),
        ("after", 5, 1),
        ("before", 5, 2),
        ("after", 4, 2),
    ]
    assert (record.group, record.planned_end_week, record.patient) == ("axial", 8.0, course.patient_id)


def test_weeks_are_counted_from_the_first_score_and_never_negative(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at, days=7)
    record = record_of(course, at=at)
    assert [record.week(row.scored_at) for row in record.rows] == [0, 0, 1, 1]
    assert record.week(at - 70 * DAY) == 0


def test_empty_record_begins_at_zero(course, at):
    record = record_of(course, at=at)
    assert (record.rows, record.week(at), len(record.scores())) == ((), 0.0, 0)


def test_record_may_rest_on_some_of_the_scores(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    rows = list(course.scores.filter(timing="after").select_related("session"))
    assert [row.score for row in record_of(course, at=at, rows=rows).rows] == [5, 4]


def test_record_grows_by_a_score_in_its_place(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    between = PainScore(timing="day1", score=9, scored_at=at - DAY)
    record = record_of(course, at=at)
    grown = record.with_score(between)
    assert [row.score for row in grown.rows] == [6, 5, 9, 5, 4]
    assert len(record.rows) == 4


def test_curve_takes_the_record_as_arrays(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at, days=7)
    scores = record_of(course, at=at).scores()
    assert scores.weeks.tolist() == [0, 0, 1, 1]
    assert scores.scores.tolist() == [6, 5, 5, 4]
    assert [str(timing) for timing in scores.timings] == ["before", "after", "before", "after"]


def test_group_is_the_type_of_the_time(course, practitioner, at):
    record_pain_type(
        patient=course.patient,
        code="radiculopathy",
        status=PatientPainType.Status.CONFIRMED,
        starts_on=at.date(),
        by=practitioner,
        at=at,
    )
    assert record_of(course, at=at).group == "mixed"
    assert record_of(course, at=at - 2 * DAY).group == "axial"


def test_many_records_are_the_same_as_one_by_one(course, clinic, write_course, at):
    log_run(course, [(6, 5), (5, 4)], until=at)
    others = [write_course([7, 6, 5]), write_course([])]
    records = records_of([course, *others], clinic=clinic, at=at)
    assert {pk: record.scores().scores.tolist() for pk, record in records.items()} == {
        one.pk: record_of(one, at=at).scores().scores.tolist() for one in (course, *others)
    }
    assert records[course.pk] == record_of(course, at=at)


def test_many_records_take_two_queries(clinic, write_course, at, django_assert_num_queries):
    courses = [write_course([7, 6]) for _n in range(3)]
    with django_assert_num_queries(2):
        records_of(courses, clinic=clinic, at=at)


class TestClinic:
    def test_holds_every_course_of_the_clinic_and_no_other(self, clinic, stranger, write_course, at):
        write_course([7, 6])
        write_course([5])
        write_course([9, 9, 9], clinic=stranger.clinic)
        assert sorted(len(record.rows) for record in clinic_records(clinic, at=at)) == [2, 4]

    def test_leaves_training_patients_out(self, clinic, write_course, at):
        write_course([7, 6], is_training=True)
        assert clinic_records(clinic, at=at) == []

    def test_courses_without_scores_keep_their_place(self, clinic, practitioner, at):
        CourseFactory(patient=PatientFactory(clinic=clinic), practitioner=practitioner)
        assert [record.rows for record in clinic_records(clinic, at=at)] == [()]
