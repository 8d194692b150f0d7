"""Whether the patient comes as planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from courses.models import Appointment, Course


@dataclass(frozen=True)
class Adherence:
    """Sessions held and planned, visits missed, and what comes next."""

    n_held: int
    n_planned: int
    n_missed: int
    n_due: int
    next_at: datetime | None

    @property
    def n_held_of_due(self) -> int:
        """How many of the sessions due by now were held; sessions ahead of the plan do not count."""
        return min(self.n_held, self.n_due)


def adherence_of(course: Course, appointments: Iterable[Appointment], *, n_held: int, at: datetime) -> Adherence:
    """A course's adherence at a time, according to the plan."""
    every = list(appointments)
    booked = [one.starts_at for one in every if one.status == Appointment.Status.BOOKED and one.starts_at >= at]
    week = ((course.ended_on or course.clinic.local(at).date()) - course.starts_on).days / 7
    n_due = sum(course.planned_week_of(number) <= week for number in range(1, course.n_planned + 1))
    return Adherence(
        n_held=n_held,
        n_planned=course.n_planned,
        n_missed=sum(one.status == Appointment.Status.MISSED for one in every),
        n_due=n_due,
        next_at=min(booked, default=None),
    )
