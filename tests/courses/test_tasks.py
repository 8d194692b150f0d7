"""Celery entry points of the courses: a few lines each, with the clock read once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses import tasks
from courses.models import Alert, Appointment, Prior, Reminder
from tests.factories import log_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(at, time_machine):
    time_machine.move_to(at, tick=False)


def test_sweep_takes_the_steps_that_are_due(course, lead, at):
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at - timedelta(days=1))
    tasks.sweep_alerts()
    assert Alert.objects.get().events.filter(kind__in=["repeated", "escalated"]).exists()


def test_watch_finds_what_comes_with_time(course, at):
    log_run(course, [(6, 5), (5, 4)], until=at - timedelta(days=20))
    tasks.watch()
    assert Alert.objects.get().rule == "lapsed"


def test_reminders_are_planned(course, practitioner, at):
    Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=practitioner,
        starts_at=at + timedelta(days=2),
        ends_at=at + timedelta(days=2, hours=1),
        booked_by=practitioner,
        booked_at=at,
    )
    tasks.plan_reminders()
    assert Reminder.objects.get().kind == "before_24h"


def test_curves_are_fitted(clinic, at):
    tasks.fit_curves()
    assert Prior.objects.get().fitted_at == at
