"""Correcting a patient's file."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients.correction_words import file_correction_words
from patients.file_corrections import StaleRecord, Subject, correct_record, version_of
from patients.intake import record_specialist_letter
from patients.models import Assessment, Consent, FileCorrection, Patient, Screening
from tests.factories import PatientFactory, document

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(patient):
    return patient.assessments.get()


@pytest.fixture
def correct(patient, assessment, practitioner, at):
    """Correct the patient's assessment."""

    def do(*, version=0, reason="misread the letter", subject_id=None, **values):
        return correct_record(
            patient,
            subject=Subject.ASSESSMENT,
            subject_id=subject_id or assessment.pk,
            values=values,
            version=version,
            reason=reason,
            by=practitioner,
            at=at,
        )

    return do


def test_fact_keeps_what_it_was_with_who_when_and_why(correct, assessment, practitioner, at):
    (kept,) = correct(licence="GMC 77", diagnosed_by="Dr. Ilex")
    assert (kept.field, kept.before, kept.after) == ("licence", "GMC 1", "GMC 77")
    assert (kept.reason, kept.corrected_by, kept.corrected_at) == ("misread the letter", practitioner, at)
    assessment.refresh_from_db()
    assert assessment.licence == "GMC 77"


def test_reason_is_compulsory(correct):
    with pytest.raises(ValidationError, match="Enter the reason"):
        correct(licence="GMC 77", reason=" ")


def test_same_facts_are_no_correction(correct):
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(licence="GMC 1")


def test_second_editor_sees_the_change(correct):
    correct(licence="GMC 77")
    with pytest.raises(StaleRecord) as told:
        correct(licence="GMC 78")
    assert [row.after for row in told.value.newer] == ["GMC 77"]


def test_record_of_another_patient_is_none(correct, clinic, practitioner):
    other = PatientFactory(clinic=clinic)
    with pytest.raises(ValidationError, match="does not exist"):
        correct(subject_id=other.pk + 10**6, licence="x")


def test_what_was_not_offered_is_not_changed(correct, assessment, at):
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(recorded_at=at)


def test_words_say_before_and_after(correct, patient):
    correct(origin=Assessment.Origin.MUSCULAR, is_vertigo_explained=True)
    (act,) = file_correction_words(patient.corrections.select_related("corrected_by__user"))
    assert [(before, after) for _what, before, after in act.lines] == [("structural", "muscular"), ("no", "yes")]


def typed(form):
    """What a browser would send back from a form."""
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None or value is False else value for name, value in values.items()}


class TestPages:
    def url(self, patient, what, number):
        return reverse("admin:patients_patient_correct", args=[patient.pk, what, number])

    def test_correction_through_the_page(self, patient, assessment, practitioner, signed_in):
        client, url = signed_in(practitioner), self.url(patient, "assessment", assessment.pk)
        form = client.get(url).context["form"]
        values = typed(form) | {"licence": "GMC 9", "reason": "typo"}
        values["is_vertigo_explained"] = ""
        assert client.post(url, values).status_code == 302
        assert FileCorrection.objects.get().after == "GMC 9"
        page = client.get(reverse("admin:patients_patient_change", args=[patient.pk])).content.decode()
        assert "typo" in page

    def test_stale_edit_is_reported_and_what_was_typed_is_kept(
        self, patient, assessment, correct, practitioner, signed_in
    ):
        client, url = signed_in(practitioner), self.url(patient, "assessment", assessment.pk)
        form = client.get(url).context["form"]
        values = typed(form) | {"licence": "GMC 9", "reason": "typo"}
        correct(diagnosed_by="Dr. Oak", reason="another doctor")
        page = client.post(url, values)
        assert page.status_code == 409
        assert "another doctor" in page.content.decode()
        assert page.context["form"]["licence"].value() == "GMC 9"
        newest = version_of(patient, Subject.ASSESSMENT, assessment.pk)
        assert str(page.context["form"]["version"].value()) == str(newest)

    @pytest.mark.parametrize("what", ["nonsense", "letter"])
    def test_what_is_not_there_is_not_found(self, patient, practitioner, signed_in, what):
        assert signed_in(practitioner).get(self.url(patient, what, 999999)).status_code == 404

    def test_not_for_the_front_desk(self, patient, assessment, front_desk, signed_in):
        assert signed_in(front_desk).get(self.url(patient, "assessment", assessment.pk)).status_code == 403

    def test_changed_birth_date_is_kept(self, patient, practitioner, signed_in):
        url = reverse("admin:patients_patient_change", args=[patient.pk])
        values = {
            "given_name": patient.given_name,
            "family_name": patient.family_name,
            "born_on": "1980-05-30",
            "phone": patient.phone,
            "email": patient.email,
            "language": "en",
            "reason": "passport seen",
        }
        assert signed_in(practitioner).post(url, values).status_code == 302
        kept = FileCorrection.objects.get()
        assert (kept.subject, kept.field, kept.before, kept.after) == (
            "patient",
            "born_on",
            "1980-05-31",
            "1980-05-30",
        )
        patient.refresh_from_db()
        assert str(patient.born_on) == "1980-05-30"


class TestDatabase:
    @pytest.fixture
    def full(self, patient, correct, practitioner, at):
        correct(licence="GMC 77")
        record_specialist_letter(
            patient=patient,
            document=document(),
            written_by="Dr. Yew",
            written_on=at.date(),
            by=practitioner,
            at=at,
        )

    @pytest.mark.parametrize("model", [Patient, Assessment, Screening, Consent, FileCorrection])
    def test_refuses_to_delete(self, full, model):
        with pytest.raises(IntegrityError, match="patients_kept"), transaction.atomic():
            model.objects.all()._raw_delete(using="default")

    @pytest.mark.parametrize(
        ("model", "change"), [(Consent, {"is_given": False}), (FileCorrection, {"reason": "another"})]
    )
    def test_refuses_to_rewrite(self, full, model, change, refused):
        with refused("patients_kept"):
            model.objects.update(**change)
