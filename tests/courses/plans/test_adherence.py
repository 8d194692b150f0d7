"""Whether the patient comes as planned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.models import Appointment, Course
from courses.plans.adherence import adherence_of

NOW_WEEK = 2


@pytest.fixture
def plan(at):
    return Course(starts_on=(at - timedelta(weeks=NOW_WEEK)).date(), weekly_sessions=[2, 2, 1, 1])


@pytest.fixture
def adherence(plan, clinic, at):
    plan.clinic = clinic

    def found(n_held, *appointments):
        return adherence_of(plan, appointments, n_held=n_held, at=at)

    return found


@pytest.mark.parametrize(("n_held", "of_due"), [(0, 0), (4, 4), (5, 5), (6, 5)])
def test_counts_what_was_held_of_what_was_due_by_now(adherence, n_held, of_due):
    found = adherence(n_held)
    assert (found.n_due, found.n_planned, found.n_held_of_due) == (5, 6, of_due)


def test_nothing_is_due_before_the_start(adherence, plan, at):
    plan.starts_on = at.date() + timedelta(days=1)
    assert adherence(0).n_due == 0


def test_after_the_end_nothing_more_falls_due(adherence, plan, at):
    plan.status, plan.ended_on = "stopped", plan.starts_on + timedelta(days=3)
    assert adherence(1).n_due == 1


def test_shows_the_next_booking_and_visits_missed(adherence, at):
    booked = [Appointment(starts_at=at + timedelta(days=days), status="booked") for days in (-1, 9, 2)]
    missed = Appointment(starts_at=at - timedelta(days=3), status="missed")
    found = adherence(3, *booked, missed)
    assert (found.next_at, found.n_missed) == (at + timedelta(days=2), 1)
