"""Rows for tests: invented, and no more than a test needs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.db import connection
from django.db.models import QuerySet

from clinic.country.countries import ANYWHERE, country_of_zone
from clinic.models import Clinic, Membership, Role, User
from clinic.presets import install_all
from courses.models import Correction, Course, PainScore, Protocol, RedFlag
from courses.sessions.entry import FlagEntry, SessionEntry
from courses.sessions.log import Logged, log_session
from patients.consent_texts import text_in_force
from patients.documents import Document, DocumentKind
from patients.intake import record_assessment, record_consent, record_pain_type, record_screening
from patients.models import Assessment, Consent, ConsentText, Patient, PatientPainType


def make_clinic(name: str, **values: Any) -> Clinic:
    """A clinic with its presets and a complete consent text, open at all hours."""
    zone = values.pop("zone", "Europe/Berlin")
    # Open and running: what a new clinic has to set up is played in tests/courses/day_one.
    defaults = {
        "country": country_of_zone(zone),
        "phone": "+49 30 23125 000",
        "confirmed_emergency_number": values.get("emergency_number", ANYWHERE),
        "set_up_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    clinic = Clinic.objects.create(name=name, slug=name.lower(), zone=zone, **{**defaults, **values})
    install_all(clinic)
    ConsentText.objects.filter(clinic=clinic).update(retention="10 years after the last visit")
    return clinic


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person who can sign in."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    first_name = factory.LazyAttribute(lambda user: user.username.title())
    last_name = "Tree"
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """Somebody who works in a clinic, licensed if they treat."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.PRACTITIONER
    licence_number = factory.LazyAttribute(
        lambda member: "L-1" if member.role in {Role.PRACTITIONER, Role.LEAD} else ""
    )
    licence_expires_on = date(2035, 12, 31)


class PatientFactory(factory.django.DjangoModelFactory[Patient]):
    """A patient with nothing on file."""

    class Meta:
        model = Patient

    given_name = factory.Sequence(lambda n: f"Given{n}")
    family_name = factory.Sequence(lambda n: f"Heron{n}")
    born_on = date(1980, 5, 31)
    email = factory.Sequence(lambda n: f"patient{n}@example.org")
    phone = factory.Sequence(lambda n: f"+44 1632 96{n % 10000:04d}")


class CourseFactory(factory.django.DjangoModelFactory[Course]):
    """A course on the standard plan."""

    class Meta:
        model = Course

    clinic = factory.LazyAttribute(lambda course: course.patient.clinic)
    protocol = factory.LazyAttribute(lambda course: Protocol.objects.get(clinic=course.clinic, code="standard"))
    weekly_sessions = factory.LazyAttribute(lambda course: course.protocol.weekly_sessions)
    review_sessions = factory.LazyAttribute(lambda course: course.protocol.review_sessions)
    complaint = "Neck pain"
    starts_on = date(2026, 1, 20)
    status = Course.Status.ACTIVE


def cleared_patient(clinic: Clinic, *, by: Membership, at: datetime, **values: Any) -> Patient:
    """A patient with everything that clearance needs, and consent to mail."""
    patient = PatientFactory(clinic=clinic, **values)
    day = at.date()
    record_assessment(
        patient=patient,
        diagnosed_by="Dr. Ilex",
        licence="GMC 1",
        diagnosed_on=day,
        origin=Assessment.Origin.STRUCTURAL,
        by=by,
        at=at,
    )
    record_pain_type(
        patient=patient, code="axial", status=PatientPainType.Status.CONFIRMED, starts_on=day, by=by, at=at
    )
    record_screening(patient=patient, findings={}, by=by, at=at)
    text, how = text_in_force(clinic), Consent.How.SIGNED
    for stream in (Consent.Stream.TREATMENT, Consent.Stream.REMINDERS, Consent.Stream.CHECK_INS):
        record_consent(patient=patient, stream=stream, is_given=True, how=how, by=by, at=at, shown_text=text)
    return patient


def document(content: bytes = b"%PDF-1.4\ninvented\n%%EOF\n") -> Document:
    """A specialist's letter as a file."""
    return Document(DocumentKind.PDF, content)


def entry(held_at: datetime, *, by: Membership, **values: Any) -> SessionEntry:
    """What a practitioner logs after an ordinary visit."""
    values = {"is_needled": True, "before": 5, "after": 4, "form_key": uuid.uuid4(), **values}
    return SessionEntry(held_at=held_at, practitioner=by, **values)


def log_visit(course: Course, held_at: datetime, **values: Any) -> Logged:
    """A visit logged at its own time by the treating practitioner."""
    by, at = values.pop("by", course.practitioner), values.pop("at", held_at)
    return log_session(course, entry=entry(held_at, by=by, **values), by=by, at=at)


def log_run(
    course: Course, pairs: Sequence[tuple[int, int | None]], *, until: datetime, days: int = 4
) -> list[Logged]:
    """Visits every few days, the last one at `until`."""
    first = until - timedelta(days=days * (len(pairs) - 1))
    return [
        log_visit(course, first + timedelta(days=days * number), before=before, after=after)
        for number, (before, after) in enumerate(pairs)
    ]


def set_scores(scores: QuerySet[PainScore], value: int) -> None:
    """Change the logged scores, with the correction that the database requires."""
    for score in scores:
        Correction.objects.create(
            clinic=score.clinic,
            session=score.session,
            score=score,
            field=Correction.Field.SCORE,
            before=score.score,
            after=value,
            reason="for a test",
            corrected_by=score.recorded_by,
            corrected_at=score.recorded_at,
        )
    scores.update(score=value)


def flag(clinic: Clinic, code: str, *, answer: str = "") -> FlagEntry:
    """A yes to one flag of the clinic's list."""
    return FlagEntry(RedFlag.objects.for_clinic(clinic).current().get(code=code), answer)


def refuse_consent(patient: Patient, stream: Consent.Stream, *, by: Membership, at: datetime) -> Consent:
    """Set the patient's latest answer for a stream to no."""
    text, how = text_in_force(patient.clinic), Consent.How.SIGNED
    return record_consent(patient=patient, stream=stream, is_given=False, how=how, by=by, at=at, shown_text=text)


def as_test_patients(patients: QuerySet[Patient]) -> None:
    """Turn existing records into test patients, which the database refuses to everybody else."""
    guard = "patients_patient_test_from_the_start"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE patients_patient DISABLE TRIGGER {guard}")
        patients.update(is_training=True)
        cursor.execute(f"ALTER TABLE patients_patient ENABLE TRIGGER {guard}")
