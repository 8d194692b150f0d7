"""A record entered in the wrong file."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from courses.plans.course_state import clearance_for
from patients.clearance import ReasonCode
from patients.intake import record_neuro_check, record_specialist_letter
from patients.models import Consent, ContactChange, NeuroCheck, Patient
from patients.voiding import RECORDS, void_record
from tests.factories import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(patient, practitioner, at):
    """One record of each kind in the patient's file."""
    record_neuro_check(
        patient=patient, checked_on=at.date(), result=NeuroCheck.Result.NORMAL, by=practitioner, at=at
    )
    record_specialist_letter(
        patient=patient, document=document(), written_by="Dr. Yew", written_on=at.date(), by=practitioner, at=at
    )
    return {kind: model.objects.filter(patient=patient).first() for kind, model in RECORDS.items()}


@pytest.mark.parametrize("kind", RECORDS)
def test_each_kind_is_kept_and_counts_nowhere(kind, filed, patient, lead, at):
    row = filed[kind]
    void_record(patient, kind=kind, number=row.pk, reason="wrong file", by=lead, at=at)
    assert not RECORDS[kind].objects.filter(pk=row.pk).exists()
    assert RECORDS[kind].every.get(pk=row.pk).void_reason == "wrong file"
    with pytest.raises(ValidationError, match="voided this already"):
        void_record(patient, kind=kind, number=row.pk, reason="again", by=lead, at=at)


@pytest.mark.parametrize("kind", RECORDS)
def test_each_kind_has_its_page(kind, filed, patient, signed_in, practitioner):
    client = signed_in(practitioner)
    url = f"/admin/patients/patient/{patient.pk}/void/{kind}/{filed[kind].pk}/"
    assert url in client.get(f"/admin/patients/patient/{patient.pk}/change/").content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    html = client.post(url, {"reason": "wrong file"}, follow=True).content.decode()
    assert "Void records" in html
    assert "wrong file" in html
    assert "voided this already" in client.post(url, {"reason": "wrong file"}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("assessment", ReasonCode.NO_DIAGNOSIS),
        ("screening", ReasonCode.NO_SCREENING),
        ("consent", ReasonCode.NO_CONSENT),
    ],
)
def test_clearance_no_longer_rests_on_it(kind, code, course, patient, lead, at):
    rows = RECORDS[kind].objects.filter(patient=patient)
    row = rows.filter(stream=Consent.Stream.TREATMENT).get() if kind == "consent" else rows.get()
    assert clearance_for(course, on=at.date()).may_needle
    void_record(patient, kind=kind, number=row.pk, reason="wrong file", by=lead, at=at)
    assert code in {one.code for one in clearance_for(course, on=at.date()).reasons}


def test_consent_is_voided_and_otherwise_as_written(patient, refused, lead, at):
    with refused("patients_kept"):
        Consent.objects.filter(patient=patient).update(is_given=False)


def test_old_contact_details_are_kept_and_shown(signed_in, front_desk, patient):
    Patient.objects.filter(pk=patient.pk).update(phone="030 111", email="old@example.org")
    client, url = signed_in(front_desk), f"/admin/patients/patient/{patient.pk}/change/"
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    values = {name: value for name, value in values.items() if value is not False}
    page = client.post(url, {**values, "phone": "030 222", "email": "old@example.org"}, follow=True)
    change = ContactChange.objects.get()
    assert (change.field, change.before, change.after, change.changed_by) == (
        "phone",
        "030 111",
        "030 222",
        front_desk,
    )
    assert page.status_code == 200
    assert "030 111" in client.get(url).content.decode()


def test_history_of_contact_details_is_kept_as_written(patient, front_desk, refused, at):
    row = ContactChange.objects.create(
        clinic=patient.clinic,
        patient=patient,
        field="phone",
        before="1",
        after="2",
        changed_by=front_desk,
        changed_at=at,
    )
    with refused("patients_kept"):
        ContactChange.objects.filter(pk=row.pk).update(before="3")
