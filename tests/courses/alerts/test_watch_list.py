"""Scores to check at the next visit, without any message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Message
from courses.models import Alert, CheckIn, Course
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from courses.watching.watch_list import watch_list
from tests.factories import MembershipFactory, log_run

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def watched(course, at):
    """Two above the before-score on day 3: no alert, but worth a look."""
    log_run(course, [(6, 5), (5, 4), (5, 4)], until=at - 3 * DAY)
    check_in = CheckIn.objects.get(session__number=3, kind="day3")
    entry = CheckInEntry(form_key="7d0a4c5e-6c43-4a2e-8a8e-8f3e6d0f3b11", score=7)  # type: ignore[arg-type]
    log_check_in(check_in, entry=entry, at=at)
    return course.scores.get(timing="day3")


def test_lists_it_and_alerts_nobody(watched, practitioner, at):
    assert watch_list(practitioner, at=at) == [watched]
    assert not Alert.objects.exists()
    assert not Message.objects.filter(kind="staff_alert").exists()


def test_until_the_next_visit(watched, course, practitioner, at):
    log_run(course, [(5, 4)], until=at + DAY)
    assert watch_list(practitioner, at=at + DAY) == []


def test_leads_see_all_and_others_their_own(watched, clinic, lead, at):
    other = MembershipFactory(clinic=clinic)
    assert (watch_list(lead, at=at), watch_list(other, at=at)) == ([watched], [])


def test_not_of_another_clinic_nor_for_the_front_desk(watched, stranger, front_desk, at):
    assert (watch_list(stranger, at=at), watch_list(front_desk, at=at)) == ([], [])


def test_not_of_a_course_that_is_over(watched, practitioner, at):
    Course.objects.update(status="completed", ended_on=at.date())
    assert watch_list(practitioner, at=at) == []
