"""A waiting check-in, and the patient's page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from courses.models import CheckIn, Course
from courses.reminders.links import check_in_path
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from tests.factories import log_run


@pytest.fixture
def check_in(course: Course, at: datetime, time_machine) -> CheckIn:
    """About a visit yesterday, the fourth; pain was 4 before and 3 after it. It is now the test's time.

    The check-ins of the earlier visits were answered, so that the curve has an estimate.
    """
    log_run(course, [(6, 5), (5, 5), (5, 4), (4, 3)], until=at - timedelta(days=1))
    for earlier, score in zip(CheckIn.objects.filter(kind="day1").order_by("pk"), (4, 4, 3), strict=False):
        entry = CheckInEntry(form_key=earlier.uuid, score=score)
        log_check_in(earlier, entry=entry, at=earlier.session.held_at + timedelta(hours=22))
    time_machine.move_to(at, tick=False)
    return CheckIn.objects.filter(kind="day1").latest("pk")


@pytest.fixture
def path(check_in: CheckIn) -> str:
    """The patient's link."""
    return check_in_path(check_in)


@pytest.fixture
def answer(client: Client, path: str) -> Callable[..., Any]:
    """Send the patient's form: a score, flags by code with the answer to their question, or "none of these".

    Each time from a newly opened page, unless `form_key` names one.
    """

    def send(
        score: int | None = None, *, form_key: uuid.UUID | None = None, says_none: bool = True, **flags: str
    ) -> Any:
        values: dict[str, object] = {"form_key": str(form_key or uuid.uuid4())}
        values |= {} if score is None else {"score": score}
        values |= {"no_red_flag": "on"} if says_none and score is not None and not flags else {}
        for code, reply in flags.items():
            values |= {f"flag_{code}": "on", f"answer_{code}": reply}
        return client.post(path, values)

    return send
