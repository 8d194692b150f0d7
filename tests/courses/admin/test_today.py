"""Today: most urgent first for people who treat, by time for the front desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.admin.today import today
from courses.models import Appointment, Course
from courses.plans.checks_due import patients_with_check_due
from patients.intake import record_neuro_check, record_pain_type
from patients.models import NeuroCheck, PatientPainType
from tests.factories import CourseFactory, cleared_patient, flag, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(clinic, practitioner, at):
    """A course of a new patient with an appointment today, some hours from now."""

    def book(hours, **values):
        patient = cleared_patient(clinic, by=practitioner, at=at - timedelta(days=30))
        started = (at - timedelta(days=25)).date()
        course = CourseFactory(patient=patient, practitioner=practitioner, starts_on=started, **values)
        starts_at = at + timedelta(hours=hours)
        Appointment.objects.create(
            clinic=clinic,
            course=course,
            practitioner=practitioner,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            booked_by=practitioner,
            booked_at=at,
        )
        return course

    return book


@pytest.fixture
def day(booked, clinic, at):
    """Four patients whose order by time differs from their urgency."""
    ordinary = booked(1)
    on_hold = booked(2, status=Course.Status.ON_HOLD, hold_reason="waits for a scan")
    due = booked(3, review_sessions=[0])
    flagged = booked(4)
    log_visit(flagged, at - timedelta(days=1), is_needled=False, flags=(flag(clinic, "trauma"),))
    return [flagged, due, on_hold, ordinary]


def test_need_comes_before_time(day, practitioner, at):
    assert [visit.appointment.course for visit in today(practitioner, at=at).visits] == day


def test_front_desk_sees_times_and_no_need(day, front_desk, signed_in, at):
    shown = today(front_desk, at=at)
    assert [visit.appointment.course for visit in shown.visits] == day[::-1]
    assert (shown.alerts, shown.lapsed) == ((), ())


def test_nobody_today_names_who_comes_next(booked, practitioner, at):
    course = booked(30)
    shown = today(practitioner, at=at)
    assert shown.visits == ()
    assert shown.upcoming.course == course


def test_first_day_of_a_clinic_has_no_patient(practitioner, at):
    assert not today(practitioner, at=at).has_any_patient


class TestChecksDue:
    @pytest.fixture
    def of_class_b(self, course, practitioner, at):
        record_pain_type(
            patient=course.patient,
            code="radiculopathy",
            status=PatientPainType.Status.CONFIRMED,
            starts_on=course.starts_on,
            by=practitioner,
            at=at,
        )
        return course

    def check(self, course, practitioner, at, day):
        record_neuro_check(
            patient=course.patient, checked_on=day, result=NeuroCheck.Result.NORMAL, by=practitioner, at=at
        )

    def is_due(self, course, at):
        return bool(patients_with_check_due(course.clinic, {course.patient_id}, on=at.date()))

    def test_without_any_check(self, of_class_b, at):
        assert self.is_due(of_class_b, at)

    def test_after_four_needled_sessions(self, of_class_b, practitioner, at):
        self.check(of_class_b, practitioner, at, (at - timedelta(days=20)).date())
        for days in (12, 9, 6):
            log_visit(of_class_b, at - timedelta(days=days))
        assert not self.is_due(of_class_b, at)
        log_visit(of_class_b, at - timedelta(days=3))
        assert self.is_due(of_class_b, at)

    def test_session_on_the_day_of_the_check_counts(self, of_class_b, practitioner, at):
        self.check(of_class_b, practitioner, at, (at - timedelta(days=12)).date())
        for days in (12, 9, 6, 3):
            log_visit(of_class_b, at - timedelta(days=days))
        assert self.is_due(of_class_b, at)

    def test_never_for_class_a(self, course, at):
        assert not self.is_due(course, at)
