"""The end of a course, with its consequences."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.measures.entry import ItemScore, MeasuresEntry
from courses.models import Alert, Appointment, Course, MeasureScore, Reminder, Review
from courses.plans.booking import book_appointment
from courses.plans.lifecycle import hold_course
from courses.reminders.planning import plan_reminders
from courses.reviews.discharging import Discharge, discharge
from courses.reviews.reviewing import ReviewEntry
from tests.factories import flag, log_run, log_visit

pytestmark = pytest.mark.django_db


def leaving(status: str = "completed", **values) -> Discharge:
    review = ReviewEntry(uuid.uuid4(), Review.Decision.CONTINUE, "as planned", is_final=True)
    return Discharge(review=review, status=Course.Status(status), reason="as planned", **values)


@pytest.fixture
def running(course, at):
    log_run(course, [(8, 7), (6, 5), (4, 3)], until=at - timedelta(days=1))
    return course


@pytest.fixture
def booked(running, practitioner, lead, at):
    return book_appointment(
        course=running,
        practitioner=practitioner,
        starts_at=at + timedelta(days=2),
        ends_at=at + timedelta(days=2, minutes=30),
        is_for_needling=True,
        by=lead,
        at=at - timedelta(days=1),
    )


def test_has_a_final_review_a_day_a_reason_and_advice(running, practitioner, at):
    done = discharge(running, entry=leaving(advice="Keep moving."), by=practitioner, at=at)
    running.refresh_from_db()
    assert (running.status, running.ended_on, running.discharge_advice) == ("completed", at.date(), "Keep moving.")
    assert (done.review.is_final, done.review.session_number) == (True, 3)


def test_keeps_the_patients_impression(running, practitioner, at):
    measures = MeasuresEntry(uuid.uuid4(), MeasureScore.Stage.END, (ItemScore("pgic", "", 2),))
    discharge(running, entry=leaving(measures=measures), by=practitioner, at=at)
    assert [(row.code, row.stage, row.score) for row in MeasureScore.objects.all()] == [("pgic", "end", 2)]


def test_gives_back_bookings_and_reminders(running, booked, practitioner, at):
    plan_reminders(at=at)
    done = discharge(running, entry=leaving(), by=practitioner, at=at)
    booked.refresh_from_db()
    assert (booked.status, booked.cancel_reason) == (Appointment.Status.CANCELLED, "#course_ended")
    assert not Reminder.objects.filter(state=Reminder.State.PLANNED).exists()
    assert (done.n_appointments, done.n_reminders > 0) == (1, True)


def test_leaves_red_flags_open(running, practitioner, at):
    log_visit(running, at, flags=(flag(running.clinic, "skin_infect"),))
    running.refresh_from_db()
    discharge(running, entry=leaving("stopped"), by=practitioner, at=at)
    assert Alert.objects.red_flags().get().state == Alert.State.OPEN


def test_ends_a_hold(running, practitioner, at):
    hold_course(running, reason="travels", at=at - timedelta(hours=20))
    discharge(running, entry=leaving("stopped"), by=practitioner, at=at)
    assert running.holds.get().ended_at is not None


def test_twice_is_refused_and_leaves_all_as_it_is(running, practitioner, at):
    discharge(running, entry=leaving(), by=practitioner, at=at)
    with pytest.raises(ValidationError):
        discharge(running, entry=leaving("stopped"), by=practitioner, at=at)
    assert (Review.objects.count(), Course.objects.get().status) == (1, "completed")


def test_only_as_completed_or_stopped(running, practitioner, at):
    with pytest.raises(ValidationError):
        discharge(running, entry=leaving("active"), by=practitioner, at=at)
    assert Review.objects.count() == 0
