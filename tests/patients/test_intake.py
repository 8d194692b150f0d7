"""Entries in a patient's file, from the first visit on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from patients.consent_texts import text_in_force
from patients.intake import (
    ImagingFact,
    archive_patient,
    record_assessment,
    record_consent,
    record_neuro_check,
    record_pain_type,
    record_screening,
    record_specialist_letter,
    restore_patient,
)
from patients.models import Assessment, Consent, Imaging, NeuroCheck, Patient, PatientPainType, ScreeningItem
from patients.patient_file import consents_by_stream, has_consent
from tests.factories import document

pytestmark = pytest.mark.django_db

REMINDERS = Consent.Stream.REMINDERS


def test_assessment_keeps_its_pictures(patient, practitioner, at):
    picture = ImagingFact(Imaging.Kind.MRI, at.date(), "C5/C6", "narrowed disc space")
    assessment = record_assessment(
        patient=patient,
        diagnosed_by="Dr. Yew",
        licence="GMC 2",
        diagnosed_on=at.date(),
        origin=Assessment.Origin.NEUROLOGICAL,
        imaging=[picture],
        by=practitioner,
        at=at,
    )
    kept = assessment.imaging.get()
    assert (kept.kind, kept.level, kept.finding, kept.clinic) == (
        "mri",
        "C5/C6",
        "narrowed disc space",
        patient.clinic,
    )


def test_another_type_leaves_the_ones_held(patient, practitioner, at):
    record_pain_type(
        patient=patient,
        code="radiculopathy",
        status=PatientPainType.Status.WORKING,
        starts_on=at.date(),
        by=practitioner,
        at=at,
    )
    assert set(patient.pain_types.values_list("pain_type__code", flat=True)) == {"axial", "radiculopathy"}


def test_screening_keeps_every_yes_with_its_value_and_date(patient, practitioner, clinic, at):
    item = ScreeningItem.objects.get(clinic=clinic, code="anticoagulant")
    screening = record_screening(patient=patient, findings={item: "INR 2.4"}, by=practitioner, at=at)
    finding = screening.findings.get()
    assert (finding.item, finding.value, finding.valid_on) == (item, "INR 2.4", at.date())


def test_check_and_letter_are_filed_with_who_and_when(patient, practitioner, at):
    check = record_neuro_check(
        patient=patient, checked_on=at.date(), result=NeuroCheck.Result.NORMAL, by=practitioner, at=at
    )
    letter = record_specialist_letter(
        patient=patient,
        document=document(),
        written_by="Dr. Yew",
        written_on=at.date(),
        scope="no deep needling",
        by=practitioner,
        at=at,
    )
    assert (check.recorded_by, check.recorded_at) == (letter.recorded_by, letter.recorded_at) == (practitioner, at)


def test_last_word_on_a_stream_counts(patient, practitioner, at):
    word = {
        "patient": patient,
        "stream": REMINDERS,
        "how": Consent.How.SPOKEN,
        "by": practitioner,
        "shown_text": None,
    }
    assert has_consent(patient, REMINDERS)
    record_consent(is_given=False, at=at, **word)
    assert not has_consent(patient, REMINDERS)
    record_consent(is_given=True, at=at + timedelta(minutes=1), **word)
    assert has_consent(patient, REMINDERS)


def test_earlier_words_are_kept_with_their_text(patient, practitioner, at):
    record_consent(
        patient=patient,
        stream=REMINDERS,
        is_given=False,
        how=Consent.How.SPOKEN,
        by=practitioner,
        at=at,
        shown_text=text_in_force(patient.clinic),
    )
    words = patient.consents.filter(stream=REMINDERS)
    assert list(words.values_list("is_given", flat=True)) == [False, True]
    assert all(word.text_version and word.language == "en" for word in words)


def test_streams_are_agreed_to_separately(patient, practitioner, at):
    record_consent(
        patient=patient,
        stream=REMINDERS,
        is_given=False,
        how=Consent.How.SPOKEN,
        by=practitioner,
        at=at,
        shown_text=text_in_force(patient.clinic),
    )
    assert consents_by_stream(patient) == {"treatment": True, "reminders": False, "check_ins": True}


def test_archive_and_back(patient, at):
    archive_patient(patient, at=at)
    assert Patient.objects.get().archived_at == at
    restore_patient(patient)
    assert Patient.objects.get().archived_at is None
