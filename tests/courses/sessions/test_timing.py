"""The timing of a patient's own score: when they answered, not which mail they answered."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from courses.models import CheckIn, PainScore
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from tests.factories import log_visit

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def answer(course, at):
    """Answer a check-in about a visit at the test's time, so many days later."""
    session = log_visit(course, at).session

    def send(kind: str, days: float) -> str:
        check_in = CheckIn.objects.select_related("session__course").get(session=session, kind=kind)
        log_check_in(check_in, entry=CheckInEntry(form_key=uuid.uuid4(), score=4), at=at + days * DAY)
        return PainScore.objects.get(check_in=check_in).timing

    return send


@pytest.mark.parametrize(
    ("kind", "days", "timing"),
    [
        ("day1", 1, "day1"),
        ("day1", 2, "day1"),
        ("day1", 3, "day3"),
        ("day3", 3, "day3"),
        ("day3", 5, "day3"),
        ("day3", 6, "other"),
        ("day1", 12, "other"),
    ],
)
def test_follows_the_day_of_the_answer(answer, kind, days, timing):
    assert answer(kind, days) == timing


@pytest.mark.parametrize(("hours", "timing"), [(2 * 24 + 12, "day1"), (2 * 24 + 14, "day3")])
def test_days_end_at_the_clinics_midnight(answer, hours, timing):
    # The visit was at 11:00 in Berlin.
    assert answer("day1", hours / 24) == timing


def test_second_score_of_a_day_is_kept_beside_the_first(answer):
    assert (answer("day1", 3), answer("day3", 3.1)) == ("day3", "other")
