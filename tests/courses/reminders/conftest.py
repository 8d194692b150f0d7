"""Appointments for reminders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from courses.models import Appointment, Course


@pytest.fixture
def appointment_at(course: Course, at: datetime) -> Callable[..., Appointment]:
    """Book so many hours ahead, by default some days ago."""
    now = at

    def make(hours: float = 48, *, booked_at: datetime = now - timedelta(days=3)) -> Appointment:
        starts_at = now + timedelta(hours=hours)
        return Appointment.objects.create(
            clinic=course.clinic,
            course=course,
            practitioner=course.practitioner,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            booked_by=course.practitioner,
            booked_at=booked_at,
        )

    return make
