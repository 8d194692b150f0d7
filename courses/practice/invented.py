"""The invented patients of a practice clinic, made through the one write path: each shows one matter."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.models import Membership
from courses.models import Appointment, Course, Protocol, RedFlag
from courses.plans.lifecycle import plan_course
from courses.sessions.entry import FlagEntry, SessionEntry
from courses.sessions.log import log_session
from courses.sessions.red_flags.recording import report_red_flags
from patients.consent_texts import text_in_force
from patients.intake import record_assessment, record_consent, record_pain_type, record_screening
from patients.models import Assessment, Consent, Patient, PatientPainType

Pairs = Sequence[tuple[int, int]]
BORN = date(1980, 2, 29)
DAYS_BETWEEN = 4
VISIT_MINUTES = 30


@dataclass(frozen=True)
class Invented:
    """One patient: how pain went before and after each session, and a red flag by its code."""

    given_name: str
    family_name: str
    pairs: Pairs = ()
    red_flag: str = ""


# Nobody is called so, and each name says what there is to learn.
EVERYBODY = (
    Invented("Better", "Each-Week", ((8, 7), (7, 5), (6, 5), (5, 3), (4, 3))),
    Invented("Sudden", "Flare", ((6, 5), (5, 4), (5, 4), (4, 3), (9, 8))),
    Invented("Slowly", "Worse", ((3, 3), (4, 3), (4, 4), (5, 4), (6, 6), (7, 6))),
    Invented("Red", "Flag", ((6, 5), (6, 5)), red_flag="hand_clumsy"),
    Invented("First", "Visit"),
)


def invent_patients(treated_by: Membership, *, at: datetime) -> None:
    """Everybody, with their visits up to yesterday and one today; the last one is new and still to be taken in."""
    for place, one in enumerate(EVERYBODY):
        patient = Patient.objects.create(
            clinic=treated_by.clinic,
            given_name=one.given_name,
            # Two who practise at once have patients of the same names.
            family_name=f"{one.family_name} ({treated_by.user.first_name or treated_by.user.username})",
            born_on=BORN,
            email="nobody@example.org",
            is_training=True,
        )
        if one.pairs:
            course = _treat(patient, one, by=treated_by, at=at)
            _book(course, at=at + timedelta(minutes=VISIT_MINUTES * (place + 1)))


def _treat(patient: Patient, one: Invented, *, by: Membership, at: datetime) -> Course:
    last = at - timedelta(days=1)
    first = last - timedelta(days=DAYS_BETWEEN * (len(one.pairs) - 1))
    _take_in(patient, by=by, at=first - timedelta(days=2))
    course = plan_course(
        patient=patient,
        practitioner=by,
        protocol=Protocol.objects.for_clinic(patient.clinic).get(code="standard"),
        starts_on=patient.clinic.local(first).date(),
        complaint="Neck pain",
    )
    for number, (before, after) in enumerate(one.pairs):
        held_at = first + timedelta(days=DAYS_BETWEEN * number)
        entry = SessionEntry(uuid.uuid4(), held_at, by, is_needled=True, before=before, after=after)
        log_session(course, entry=entry, by=by, at=held_at)
    if one.red_flag:
        _report(course, one.red_flag, by=by, at=at)
    return course


def _book(course: Course, *, at: datetime) -> None:
    """A visit to log today, at whatever hour somebody practises."""
    starts_at = at.replace(second=0, microsecond=0)
    Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=course.practitioner,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=VISIT_MINUTES),
        booked_by=course.practitioner,
        booked_at=at - timedelta(days=1),
    )


def _take_in(patient: Patient, *, by: Membership, at: datetime) -> None:
    day = patient.clinic.local(at).date()
    record_assessment(
        patient=patient,
        diagnosed_by="Dr. Invented",
        licence="PRACTICE",
        diagnosed_on=day,
        origin=Assessment.Origin.STRUCTURAL,
        by=by,
        at=at,
    )
    status = PatientPainType.Status.CONFIRMED
    record_pain_type(patient=patient, code="axial", status=status, starts_on=day, by=by, at=at)
    record_screening(patient=patient, findings={}, by=by, at=at)
    text, how = text_in_force(patient.clinic), Consent.How.SIGNED
    for stream in (Consent.Stream.TREATMENT, Consent.Stream.REMINDERS, Consent.Stream.CHECK_INS):
        record_consent(patient=patient, stream=stream, is_given=True, how=how, by=by, at=at, shown_text=text)


def _report(course: Course, code: str, *, by: Membership, at: datetime) -> None:
    flag = RedFlag.objects.for_clinic(course.clinic).current().get(code=code)
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[FlagEntry(flag)],
        form_key=uuid.uuid4(),
        caller="the patient",
        by=by,
        at=at,
    )
