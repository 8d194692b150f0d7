"""Prints the table of views and gates at the end of its test."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.models import CheckIn
from tests.factories import log_run
from tests.gates.forms import World


@pytest.fixture
def world(client, course, patient, practitioner, lead, manager, at, time_machine) -> World:
    """One patient in treatment, one waiting check-in; it is now the test's time."""
    log_run(course, [(6, 5), (5, 4), (5, 4)], until=at - timedelta(days=1))
    time_machine.move_to(at, tick=False)
    check_in = CheckIn.objects.filter(kind="day1").latest("pk")
    return World(client, course, patient, practitioner, check_in, at)
