"""What the database refuses in a patient's rows, and the properties of one row."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from patients.intake import record_pain_type, record_screening, record_specialist_letter
from patients.models import (
    Assessment,
    Consent,
    PainType,
    Patient,
    PatientPainType,
    ScreeningFinding,
    ScreeningItem,
)
from tests.factories import PatientFactory, document

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def on(at: datetime) -> date:
    return at.date()


def test_birth_before_1900_is_refused(clinic, refused):
    with refused("patients_patient_birth_after_1900"):
        PatientFactory(clinic=clinic, born_on=date(1899, 12, 31))


def test_birth_in_the_future_is_refused(clinic, refused):
    with refused("patients_patient_birth_not_in_the_future"):
        PatientFactory(clinic=clinic, born_on=date(2999, 1, 1))


@pytest.mark.parametrize("missing", ["diagnosed_by", "licence"])
def test_diagnosis_says_who_and_under_what_licence(patient, refused, missing):
    assessment = patient.assessments.get()
    setattr(assessment, missing, "")
    with refused("patients_assessment_says_who"):
        assessment.save()


def test_letter_expires_after_it_was_written(patient, practitioner, at, on, refused):
    with refused("patients_specialistletter_expires_after_writing"):
        record_specialist_letter(
            patient=patient,
            document=document(),
            written_by="Dr. Yew",
            written_on=on,
            expires_on=on - DAY,
            by=practitioner,
            at=at,
        )


def test_consent_says_who_recorded_it(patient, at, refused):
    consent = patient.consents.first()
    consent.pk = consent.recorded_by = None
    with refused("patients_consent_says_who_recorded_it"):
        consent.save()


def test_consent_through_a_link_needs_nobody(patient):
    consent = patient.consents.first()
    consent.pk, consent.recorded_by, consent.how = None, None, Consent.How.LINK
    consent.save()
    assert Consent.objects.filter(recorded_by=None).count() == 1


@pytest.mark.parametrize(
    ("model", "rule"),
    [(PainType, "patients_paintype_code_once"), (ScreeningItem, "patients_screeningitem_code_once")],
)
def test_code_is_unique_in_a_clinic(clinic, refused, model, rule):
    row = model.objects.filter(clinic=clinic).first()
    row.pk = None
    with refused(rule):
        row.save()


def test_unknown_clearance_class_is_refused(clinic, refused):
    with refused("patients_paintype_known_class"):
        PainType.objects.filter(clinic=clinic, code="axial").update(clearance_class="D")


def test_unknown_screening_effect_is_refused(clinic, refused):
    with refused("patients_screeningitem_known_effect"):
        ScreeningItem.objects.filter(clinic=clinic).update(effect="ignored")


def test_type_is_held_once_at_a_time(patient, practitioner, at, on, refused):
    again = {"patient": patient, "code": "axial", "starts_on": on, "by": practitioner, "at": at}
    with refused("patients_patientpaintype_once_at_a_time"):
        record_pain_type(status=PatientPainType.Status.CONFIRMED, **again)


def test_type_may_come_again_after_it_ended(patient, practitioner, at, on):
    patient.pain_types.update(ended_on=on)
    record_pain_type(
        patient=patient,
        code="axial",
        status=PatientPainType.Status.CONFIRMED,
        starts_on=on,
        by=practitioner,
        at=at,
    )
    assert patient.pain_types.count() == 2


def test_type_ends_after_it_started(patient, refused):
    held = patient.pain_types.get()
    held.ended_on = held.starts_on - DAY
    with refused("patients_patientpaintype_ends_after_start"):
        held.save()


def test_question_is_answered_once_in_a_screening(patient, practitioner, clinic, at, refused):
    item = ScreeningItem.objects.get(clinic=clinic, code="smoker")
    screening = record_screening(patient=patient, findings={item: ""}, by=practitioner, at=at)
    with refused("patients_screeningfinding_once"):
        ScreeningFinding.objects.create(clinic=clinic, screening=screening, item=item)


@pytest.mark.parametrize(("on", "age"), [(date(2026, 5, 30), 45), (date(2026, 5, 31), 46)])
def test_age_grows_on_the_birthday(on, age):
    assert Patient(born_on=date(1980, 5, 31)).ages(on) == (age, age)


def test_types_on_a_day_include_the_first_and_exclude_the_last(patient, at, on):
    held = patient.pain_types.get()
    held.ended_on = held.starts_on + 2 * DAY
    held.save()
    days = [held.starts_on + n * DAY for n in (-1, 0, 1, 2)]
    assert [PatientPainType.objects.on(day).exists() for day in days] == [False, True, True, False]


def test_archived_patients_are_not_current(patient, at):
    assert Patient.objects.current().count() == 1
    Patient.objects.update(archived_at=at)
    assert not Patient.objects.current().exists()


def test_newest_assessment_comes_first(patient, practitioner, at, on):
    Assessment.objects.create(
        clinic=patient.clinic,
        patient=patient,
        diagnosed_by="Dr. Yew",
        licence="GMC 2",
        diagnosed_on=on,
        origin=Assessment.Origin.MUSCULAR,
        recorded_by=practitioner,
        recorded_at=at,
    )
    assert patient.assessments.first().diagnosed_by == "Dr. Yew"
