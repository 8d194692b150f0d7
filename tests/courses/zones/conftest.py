"""A clinic in Berlin that gets another time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.models import Clinic, Duty, Membership
from courses.models import Appointment, Course
from courses.zones.changing import Changed, change_zone
from courses.zones.effects import Foreseen, Keep
from courses.zones.foreseeing import foresee

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def visit(course: Course, at: datetime) -> Callable[..., Appointment]:
    """Book 45 minutes at a wall time of the clinic."""
    booked_at = at - timedelta(days=3)

    def make(*wall: int, on: Course = course, by: Membership | None = None, minutes: int = 45) -> Appointment:
        starts_at = datetime(*wall, tzinfo=BERLIN)  # type: ignore[arg-type, misc]
        return Appointment.objects.create(
            clinic=on.clinic,
            course=on,
            practitioner=by or on.practitioner,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            booked_by=on.practitioner,
            booked_at=booked_at,
        )

    return make


@pytest.fixture
def duty(clinic: Clinic, lead: Membership) -> Callable[..., Duty]:
    """Put the lead on duty from one hour of a day in March to another."""

    def make(day: int, since: int, until: int) -> Duty:
        starts_at, ends_at = (datetime(2026, 3, day, hour, tzinfo=BERLIN) for hour in (since, until))
        return Duty.objects.create(clinic=clinic, member=lead, starts_at=starts_at, ends_at=ends_at)

    return make


@pytest.fixture
def look(clinic: Clinic, at: datetime) -> Callable[..., Foreseen]:
    """The effects of another zone; the zone is saved, as the page saves it before it asks."""

    def at_it(zone: str) -> Foreseen:
        old, clinic.zone = clinic.zone, zone
        clinic.save(update_fields=["zone"])
        return foresee(clinic, old=old, at=at)

    return at_it


@pytest.fixture
def change(look, manager: Membership, at: datetime) -> Callable[..., Changed]:
    """Give the clinic another zone."""
    return lambda zone, keep=Keep.WALL: change_zone(look(zone), keep=keep, by=manager, at=at)
