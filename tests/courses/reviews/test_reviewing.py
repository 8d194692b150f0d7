"""Holding and correcting reviews."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from courses.alerts.responding import resolve
from courses.models import Alert, Review
from courses.reviews.reviewing import ReviewEntry, correct_review, record_review
from tests.factories import CourseFactory, flag, log_run, log_visit

pytestmark = pytest.mark.django_db
Decision = Review.Decision


def entry(decision: Review.Decision = Decision.CONTINUE, reason: str = "seen together", **values) -> ReviewEntry:
    return ReviewEntry(values.pop("form_key", uuid.uuid4()), decision, reason, **values)


@pytest.fixture
def five(course, at):
    log_run(course, [(8, 7), (7, 6), (6, 5), (5, 4), (4, 3)], until=at - timedelta(days=1))
    return course


def test_freezes_the_numbers_of_its_time(five, practitioner, at):
    review = record_review(five, entry=entry(), by=practitioner, at=at)
    log_visit(five, at + timedelta(days=2), before=9, after=9)
    frozen = Review.objects.get()
    assert (frozen.session_number, frozen.n_scores, frozen.prior_version) == (5, 10, "shipped")
    assert (frozen.gain, frozen.relief30) == (review.gain, review.relief30)
    assert 0 < frozen.gain < 1


def test_writes_down_what_was_asked(five, practitioner, at):
    review = record_review(five, entry=entry(), by=practitioner, at=at)
    assert review.questions == {"version": 2, "asked": ["go_on"]}


def test_open_pain_alert_is_asked_about_first(five, practitioner, at):
    log_visit(five, at, before=3, after=9)
    review = record_review(five, entry=entry(), by=practitioner, at=at)
    assert review.questions["asked"] == ["open_pain"]


def test_red_flag_of_the_patient_reported_elsewhere_is_asked_about_first(five, practitioner, at):
    other = CourseFactory(
        patient=five.patient, practitioner=practitioner, starts_on=at.date(), complaint="Shoulder"
    )
    log_visit(other, at, flags=(flag(five.clinic, "pain_72h"),))
    review = record_review(five, entry=entry(), by=practitioner, at=at)
    assert review.questions["asked"] == ["open_flag"]


def test_pain_alert_of_another_course_and_a_resolved_one_are_not_asked_about(five, practitioner, at):
    other = CourseFactory(
        patient=five.patient, practitioner=practitioner, starts_on=at.date(), complaint="Shoulder"
    )
    log_visit(other, at, before=3, after=9)
    log_visit(five, at, before=3, after=9)
    mine = Alert.objects.get(course=five)
    resolve(mine, outcome=Alert.Outcome.ADVISED, note="", at=at, by=practitioner, seen=2**40)
    asked = record_review(five, entry=entry(), by=practitioner, at=at).questions["asked"]
    assert asked
    assert not {"open_pain", "open_flag"} & set(asked)


def test_of_a_course_without_scores_has_no_numbers(course, practitioner, at):
    review = record_review(course, entry=entry(), by=practitioner, at=at)
    assert (review.gain, review.relief30, review.questions["asked"]) == (None, None, ["cannot_tell"])


def test_form_sent_twice_saves_once(five, practitioner, at):
    same = entry(Decision.EXTEND)
    first = record_review(five, entry=same, by=practitioner, at=at)
    assert record_review(five, entry=same, by=practitioner, at=at) == first
    five.refresh_from_db()
    assert five.n_planned == 18


def test_extending_adds_five_at_the_last_pace_and_a_review_at_the_new_end(five, practitioner, at):
    record_review(five, entry=entry(Decision.EXTEND), by=practitioner, at=at)
    five.refresh_from_db()
    assert (five.weekly_sessions[-5:], five.review_sessions) == ([1] * 5, [5, 10, 18])


def test_extending_a_second_time_is_refused(five, practitioner, at):
    record_review(five, entry=entry(Decision.EXTEND), by=practitioner, at=at)
    with pytest.raises(ValidationError, match="once"):
        record_review(five, entry=entry(Decision.EXTEND), by=practitioner, at=at)


@pytest.mark.parametrize("decision", [Decision.CHANGE, Decision.STOP, Decision.REFER, Decision.EXTEND])
def test_whoever_changes_something_says_why(five, practitioner, at, decision):
    with pytest.raises(ValidationError):
        record_review(five, entry=entry(decision, reason=""), by=practitioner, at=at)
    five.refresh_from_db()
    assert five.n_planned == 13


def test_of_a_course_that_is_over_is_refused(five, practitioner, at):
    five.status, five.ended_on = "completed", at.date()
    five.save()
    with pytest.raises(ValidationError, match="has ended"):
        record_review(five, entry=entry(), by=practitioner, at=at)


def test_correction_keeps_the_numbers_and_the_first_version(five, practitioner, lead, at):
    wrong = record_review(five, entry=entry(), by=practitioner, at=at)
    right = correct_review(
        wrong, entry=entry(Decision.REFER, "mistaken patient"), by=lead, at=at + timedelta(days=1)
    )
    assert (right.gain, right.session_number, right.reviewed_by) == (wrong.gain, 5, lead)
    assert list(Review.objects.uncorrected()) == [right]
    assert Review.objects.count() == 2


def test_correcting_the_same_version_twice_is_refused(five, practitioner, at):
    wrong = record_review(five, entry=entry(), by=practitioner, at=at)
    correct_review(wrong, entry=entry(), by=practitioner, at=at)
    with pytest.raises(ValidationError, match="already corrected"):
        correct_review(wrong, entry=entry(), by=practitioner, at=at)


@pytest.mark.parametrize(
    ("first", "second"), [(Decision.EXTEND, Decision.STOP), (Decision.CONTINUE, Decision.EXTEND)]
)
def test_an_extension_is_no_matter_of_correction(five, practitioner, at, first, second):
    wrong = record_review(five, entry=entry(first), by=practitioner, at=at)
    with pytest.raises(ValidationError, match="Save a new review"):
        correct_review(wrong, entry=entry(second), by=practitioner, at=at)


def test_database_refuses_to_change_or_delete_one(five, practitioner, at):
    record_review(five, entry=entry(), by=practitioner, at=at)
    for act in (lambda: Review.objects.update(reason="other"), Review.objects.all()._raw_delete):
        with pytest.raises(DatabaseError, match=r"append_only|only_void"), transaction.atomic():
            act() if act.__name__ == "<lambda>" else act("default")
