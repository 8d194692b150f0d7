"""Forms about a patient."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from patients.forms import (
    RECORDS,
    AssessmentForm,
    ConsentForm,
    NeuroCheckForm,
    PainTypeForm,
    PatientForm,
    ScreeningForm,
    SpecialistLetterForm,
)
from patients.models import PainType, ScreeningItem
from patients.patient_file import consents_by_stream
from tests.factories import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> dict[str, str]:
    return {
        "given_name": "Ana",
        "family_name": "Kingfisher",
        "born_on": "1971-02-03",
        "phone": "",
        "email": "ana@example.org",
        "language": "en",
    }


def patient_form(clinic, values, **kwargs):
    form = PatientForm(values, **kwargs)
    form.clinic = clinic
    return form


def test_new_patient_is_taken(clinic, contact):
    assert patient_form(clinic, contact).is_valid()


def test_likely_duplicate_must_be_confirmed_to_be_another_person(clinic, patient, contact):
    values = {**contact, "email": patient.email}
    form = patient_form(clinic, values)
    assert not form.is_valid()
    assert str(patient) in form.errors["is_another_person"][0]
    confirmed = {**values, "is_another_person": "on", "shown_twins": str(patient.pk)}
    asked = patient_form(clinic, confirmed)
    assert not asked.is_valid()
    assert str(patient) in asked.errors["is_email_right"][0]
    assert patient_form(clinic, {**confirmed, "is_email_right": "on", "shown_email": patient.email}).is_valid()


def test_changing_a_patient_asks_nothing_of_duplicates(clinic, patient, contact):
    values = {**contact, "email": patient.email, "reason": "misheard"}
    assert patient_form(clinic, values, instance=patient).is_valid()


def test_corrected_address_is_written_to_again(clinic, patient, contact, at):
    patient.email_failed_at = at
    patient.save()
    form = patient_form(clinic, {**contact, "email": "new@example.org", "reason": "misheard"}, instance=patient)
    assert form.is_valid()
    form.save()
    patient.refresh_from_db()
    assert patient.email_failed_at is None


def test_picture_has_a_date_and_a_finding(patient, at):
    values = {
        "diagnosed_by": "Dr. Yew",
        "licence": "GMC 2",
        "diagnosed_on": "2026-03-01",
        "origin": "muscular",
        "imaging_kind": "mri",
    }
    form = AssessmentForm(values, patient=patient)
    assert set(form.errors) == {"imaging_on", "imaging_finding"}


def test_assessment_without_a_picture_is_recorded(patient, practitioner, at):
    values = {"diagnosed_by": "Dr. Yew", "licence": "2", "diagnosed_on": "2026-03-01", "origin": "muscular"}
    form = AssessmentForm(values, patient=patient)
    assert form.is_valid(), form.errors
    assert not form.record(by=practitioner, at=at).imaging.exists()


def test_type_already_held_is_refused_by_name_of_field(patient, clinic):
    kind = PainType.objects.get(clinic=clinic, code="axial")
    form = PainTypeForm({"pain_type": kind.pk, "status": "confirmed", "starts_on": "2026-03-01"}, patient=patient)
    assert set(form.errors) == {"pain_type"}


def test_type_of_another_clinic_is_not_offered(patient, stranger):
    kind = PainType.objects.get(clinic=stranger.clinic, code="strain")
    form = PainTypeForm({"pain_type": kind.pk, "status": "working", "starts_on": "2026-03-01"}, patient=patient)
    assert set(form.errors) == {"pain_type"}


def test_letter_must_not_expire_before_it_was_written(patient):
    values = {"written_by": "Dr. Yew", "written_on": "2026-03-02", "expires_on": "2026-03-01"}
    files = {"upload": SimpleUploadedFile("a.pdf", document().content)}
    assert set(SpecialistLetterForm(values, files, patient=patient).errors) == {"expires_on"}


def test_letter_needs_its_document(patient):
    values = {"written_by": "Dr. Yew", "written_on": "2026-03-02"}
    assert set(SpecialistLetterForm(values, patient=patient).errors) == {"upload"}


def test_letter_of_the_future_is_refused(patient):
    values = {"written_by": "Dr. Yew", "written_on": "2126-03-02"}
    files = {"upload": SimpleUploadedFile("a.pdf", document().content)}
    assert set(SpecialistLetterForm(values, files, patient=patient).errors) == {"written_on"}


def test_changed_birth_date_asks_why(clinic, patient, contact):
    form = patient_form(clinic, {**contact, "email": patient.email}, instance=patient)
    assert set(form.errors) == {"reason"}


def test_abnormal_sign_is_no_normal_check(patient):
    values = {"checked_on": "2026-03-02", "result": "normal", "gait": "abnormal"}
    assert set(NeuroCheckForm(values, patient=patient).errors) == {"result"}


def test_consent_is_one_row_for_each_stream(patient, practitioner, at):
    form = ConsentForm(
        {"shown_text": "1", "streams": ["electro", "moxa"], "is_given": "1", "how": "signed"}, patient=patient
    )
    assert form.is_valid(), form.errors
    assert len(form.record(by=practitioner, at=at)) == 2
    assert consents_by_stream(patient).items() >= {"electro": True, "moxa": True}.items()


def test_withdrawal_is_recorded_as_one(patient, practitioner, at):
    form = ConsentForm(
        {"shown_text": "1", "streams": ["treatment"], "is_given": "0", "how": "spoken"}, patient=patient
    )
    assert form.is_valid(), form.errors
    form.record(by=practitioner, at=at + timedelta(days=1))
    assert consents_by_stream(patient)["treatment"] is False


def test_screening_offers_every_question_and_keeps_the_yes(patient, practitioner, clinic, at):
    item = ScreeningItem.objects.get(clinic=clinic, code="anticoagulant")
    values = {"item_anticoagulant": "on", "value_anticoagulant": "INR 2.4", **none_but("blood")}
    form = ScreeningForm(values, patient=patient)
    assert sum(len(group.rows) for group in form.groups()) == ScreeningItem.objects.filter(clinic=clinic).count()
    assert form.is_valid(), form.errors
    screening = form.record(by=practitioner, at=at)
    assert list(screening.findings.values_list("item", "value")) == [(item.pk, "INR 2.4")]


def test_every_group_is_answered(patient):
    form = ScreeningForm(none_but("skin"), patient=patient)
    assert set(form.errors) == {"none_skin"}


def test_group_is_not_answered_both_ways(patient):
    form = ScreeningForm({**none_but(), "item_smoker": "on"}, patient=patient)
    assert set(form.errors) == {"none_heart_lungs"}


def none_but(*groups):
    return {f"none_{group}": "on" for group in ScreeningItem.Group.values if group not in groups}


def test_every_record_names_the_right_it_takes():
    assert {permission.split("_")[0] for _form, permission in RECORDS.values()} == {"patients.add"}
