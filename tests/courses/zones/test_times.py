"""Every stored time is listed as one that moves, is planned again or stays; and that is what happens to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from clinic.models import Membership, Role
from courses.models import Appointment, Course, Reminder
from courses.reminders.planning import plan_reminders
from courses.zones.changing import change_zone
from courses.zones.effects import Keep
from courses.zones.foreseeing import foresee
from courses.zones.times import MOVES, PLANNED_AGAIN, STAYS
from demo.seed import seeding
from demo.seed.seeding import seed
from demo.seed.stories import STORIES, UNSURE

OURS = ("clinic", "patients", "courses")


def stored_times() -> set[str]:
    """Every field of our models that holds a time."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_fields
        if isinstance(field, models.DateTimeField)
    }


def test_every_stored_time_is_named_once():
    named = [*MOVES, *PLANNED_AGAIN, *STAYS]
    assert sorted(named) == sorted(set(named)), "named twice"
    assert stored_times() - set(named) == set(), "say in courses/zones/times.py what another zone does to these"
    assert set(named) - stored_times() == set(), "no such field any more"


@pytest.fixture
def demo(db, monkeypatch, at):
    """A clinic with a history."""
    monkeypatch.setattr(seeding, "STORIES", tuple(STORIES[number] for number in (0, 12, 15, -1)))
    monkeypatch.setattr(seeding, "UNSURE", UNSURE[:1])
    clinic = seed(n_clinics=1, n_courses=0, seed=1, at=at)[0]
    course = Course.objects.for_clinic(clinic).filter(status=Course.Status.ACTIVE).first()
    for n_days in (2, 40):
        # At night, when nobody else of the demo is booked.
        starts_at = (at + timedelta(days=n_days)).replace(hour=1)
        Appointment.objects.create(
            clinic=clinic,
            course=course,
            practitioner=course.practitioner,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            booked_by=course.practitioner,
            booked_at=at - timedelta(days=3),
        )
    plan_reminders(at=at)
    return clinic


def every_time() -> dict[str, dict[Any, datetime]]:
    """The stored times, by field and row."""
    found = {}
    for name in stored_times():
        label, _dot, field = name.rpartition(".")
        rows = apps.get_model(label)._base_manager.exclude(**{field: None})
        found[name] = dict(rows.values_list("pk", field))
    return found


@pytest.mark.parametrize("keep", list(Keep))
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_only_what_is_named_so_moves(demo, at, keep, zone):
    before, old = every_time(), demo.zone_info
    demo.zone = zone
    demo.save()
    by = Membership.objects.for_clinic(demo).with_role(Role.MANAGER).first()
    change_zone(foresee(demo, old=old.key, at=at), keep=keep, by=by, at=at)
    after = every_time()
    moved = {
        name for name, rows in before.items() if any(after[name].get(pk) != then for pk, then in rows.items())
    }
    assert moved <= {*(MOVES if keep == Keep.WALL else ()), *PLANNED_AGAIN}
    if keep == Keep.WALL:
        assert moved >= MOVES
    assert Reminder.objects.filter(state="planned").exists()
