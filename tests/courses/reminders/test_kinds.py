"""What every kind of reminder must have."""

from __future__ import annotations

from courses.models import Reminder
from courses.reminders.permission import STREAMS


def test_every_kind_names_the_consent_it_needs():
    assert STREAMS.keys() == set(Reminder.Kind)
