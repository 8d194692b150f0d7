"""Proposes the appointments of a whole plan from the diary, and books all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from clinic.models import Membership
from clinic.opening import hours_by_weekday
from courses.models import Appointment, Course
from courses.plans.booking import book_appointment
from courses.plans.proposing import Diary, Proposal, Wishes, propose, remaining_plan
from patients.models import Patient


class SeriesRefused(Exception):
    """Nothing was booked; `errors` gives the problem of each time by session number."""

    def __init__(self, errors: dict[int, list[str]]) -> None:
        super().__init__("some of the times cannot be booked")
        self.errors = errors


def propose_series(course: Course, *, practitioner: Membership, wishes: Wishes, at: datetime) -> list[Proposal]:
    """Times for the sessions of the plan that are neither held nor booked; a fixed number of queries."""
    n_held = course.sessions.count()
    n_booked = course.appointments.filter(status=Appointment.Status.BOOKED, starts_at__gte=at).count()
    plan = remaining_plan(course.weekly_sessions, n_held + n_booked)
    today = course.clinic.local(at).date()
    return propose(
        plan,
        first_number=n_held + n_booked + 1,
        starts_on=max(course.starts_on, today),
        diary=diary_of(course, practitioner=practitioner, at=at),
        wishes=wishes,
        not_before=at,
    )


def diary_of(course: Course, *, practitioner: Membership, at: datetime) -> Diary:
    """Future appointments of the practitioner and the patient, and the opening hours."""
    clinic = course.clinic
    taken = Appointment.objects.for_clinic(clinic).taking_time().filter(ends_at__gte=at)
    theirs = taken.filter(Q(practitioner=practitioner) | Q(course__patient_id=course.patient_id))
    return Diary(
        zone=clinic.zone_info,
        hours=hours_by_weekday(clinic.opening_hours.all()),
        closed_on=dict(clinic.holidays.values_list("on", "name")),
        taken=tuple(theirs.values_list("starts_at", "ends_at")),
    )


@transaction.atomic
def book_series(
    course: Course,
    *,
    times: Mapping[int, datetime],
    minutes: int,
    practitioner: Membership,
    by: Membership,
    at: datetime,
) -> list[Appointment]:
    """Book every time for needling, or none: SeriesRefused says which times are impossible and why."""
    errors: dict[int, list[str]] = {}
    booked: list[Appointment] = []
    for number, starts_at in sorted(times.items()):
        try:
            with transaction.atomic():
                one = book_appointment(
                    course=course,
                    practitioner=practitioner,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=minutes),
                    is_for_needling=True,
                    by=by,
                    at=at,
                )
        except ValidationError as error:
            errors[number] = error.messages
        else:
            booked.append(one)
    if errors:
        raise SeriesRefused(errors)
    return booked


def remember_wishes(patient: Patient, wishes: Wishes) -> None:
    """Store the patient's preferred times for the next plan."""
    patient.preferred_weekdays = sorted(wishes.weekdays)
    patient.preferred_from, patient.preferred_until = wishes.earliest, wishes.latest
    patient.save(update_fields=["preferred_weekdays", "preferred_from", "preferred_until"])
