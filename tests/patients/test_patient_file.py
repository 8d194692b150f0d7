"""The facts of clearance and the curve's group, read from the rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from patients.clearance import ClearanceVerdict, ReasonCode
from patients.clearance_facts import CareFact
from patients.intake import (
    record_assessment,
    record_consent,
    record_neuro_check,
    record_pain_type,
    record_screening,
    record_specialist_letter,
)
from patients.models import Assessment, Consent, NeuroCheck, PatientPainType, ScreeningItem
from patients.patient_file import clearance_of, curve_group, curve_groups
from tests.factories import PatientFactory, cleared_patient, document

pytestmark = pytest.mark.django_db

NO_CARE = CareFact()
DAY = timedelta(days=1)
CONFIRMED, WORKING = PatientPainType.Status.CONFIRMED, PatientPainType.Status.WORKING


@pytest.fixture
def on(at):
    return at.date()


@pytest.fixture
def give_type(patient, practitioner, at, on):
    """Give the patient a type from a date on."""

    def give(code, *, status=CONFIRMED, starts_on=on - 20 * DAY, **values):
        return record_pain_type(
            patient=patient, code=code, status=status, starts_on=starts_on, by=practitioner, at=at, **values
        )

    return give


def reasons(patient, on, **care):
    return [str(reason.code) for reason in clearance_of(patient, on=on, care=CareFact(**care)).reasons]


def test_complete_file_is_clear(patient, practitioner, on):
    assert clearance_of(patient, on=on, care=NO_CARE, practitioner=practitioner).verdict == ClearanceVerdict.CLEAR


def test_empty_file_names_all_that_is_missing(clinic, on):
    assert reasons(PatientFactory(clinic=clinic), on) == ["no_diagnosis", "no_type", "no_consent", "no_screening"]


def test_diagnosis_of_tomorrow_does_not_count_today(patient):
    before = patient.assessments.get().diagnosed_on - DAY
    assert "no_diagnosis" in reasons(patient, before)


def test_withdrawn_treatment_consent_blocks(patient, practitioner, at, on):
    record_consent(
        patient=patient,
        stream=Consent.Stream.TREATMENT,
        is_given=False,
        how=Consent.How.SPOKEN,
        by=practitioner,
        at=at,
        shown_text=None,
    )
    assert reasons(patient, on) == ["no_consent"]


def test_consent_to_mail_is_no_consent_to_treatment(clinic, practitioner, at, on):
    patient = PatientFactory(clinic=clinic)
    record_consent(
        patient=patient,
        stream=Consent.Stream.REMINDERS,
        is_given=True,
        how=Consent.How.SIGNED,
        by=practitioner,
        at=at,
        shown_text=None,
    )
    assert "no_consent" in reasons(patient, on)


def test_ended_type_counts_no_more(patient, give_type, on):
    cord = give_type("myelopathy", starts_on=on - 60 * DAY)
    assert "withdrawn" in reasons(patient, on)
    cord.ended_on = on
    cord.save()
    assert reasons(patient, on) == []


def test_cord_type_added_later_withdraws(patient, give_type, practitioner, at, on):
    record_specialist_letter(
        patient=patient,
        document=document(),
        written_by="Dr. Yew",
        written_on=on - 30 * DAY,
        by=practitioner,
        at=at,
    )
    give_type("myelopathy", status=WORKING)
    assert reasons(patient, on) == ["withdrawn"]
    record_specialist_letter(
        patient=patient, document=document(), written_by="Dr. Yew", written_on=on, by=practitioner, at=at
    )
    assert reasons(patient, on) == []


def test_cord_type_dated_back_withdraws_from_the_day_it_was_recorded(patient, give_type, practitioner, at, on):
    give_type("myelopathy", status=WORKING, starts_on=on - 60 * DAY)
    letter = {"patient": patient, "document": document(), "written_by": "Dr. Yew", "by": practitioner, "at": at}
    record_specialist_letter(written_on=on - 10 * DAY, **letter)
    assert reasons(patient, on) == ["withdrawn"]
    record_specialist_letter(written_on=on + DAY, **letter)
    assert reasons(patient, on + DAY) == []


def test_letter_of_tomorrow_does_not_count_today(patient, give_type, practitioner, at, on):
    give_type("vertebral_artery")
    record_specialist_letter(
        patient=patient, document=document(), written_by="Dr. Yew", written_on=on + DAY, by=practitioner, at=at
    )
    assert reasons(patient, on) == ["specialist_missing"]


def test_mixed_is_as_strict_as_its_parts(patient, give_type, on):
    give_type("mixed")
    assert reasons(patient, on) == ["mixed_unnamed"]
    give_type("sympathetic")
    assert reasons(patient, on) == ["check_missing"]


def test_vertigo_asks_for_an_assessment_that_explains_it(patient, give_type, practitioner, at, on):
    give_type("strain", has_vertigo=True)
    assert reasons(patient, on) == ["vertigo_unexplained"]
    record_assessment(
        patient=patient,
        diagnosed_by="Dr. Yew",
        licence="GMC 2",
        diagnosed_on=on,
        origin=Assessment.Origin.MUSCULAR,
        is_vertigo_explained=True,
        by=practitioner,
        at=at,
    )
    assert reasons(patient, on) == []


def test_last_check_counts(patient, give_type, practitioner, at, on):
    give_type("radiculopathy")
    check = {"patient": patient, "by": practitioner, "at": at}
    record_neuro_check(checked_on=on - 2 * DAY, result=NeuroCheck.Result.WORSE, **check)
    assert reasons(patient, on) == ["check_worse"]
    record_neuro_check(checked_on=on - DAY, result=NeuroCheck.Result.UNCHANGED, **check)
    assert reasons(patient, on) == []


def test_contraindication_blocks_by_its_wording(patient, practitioner, clinic, at, on):
    item = ScreeningItem.objects.get(clinic=clinic, code="spinal_instability")
    record_screening(patient=patient, findings={item: ""}, by=practitioner, at=at)
    found = clearance_of(patient, on=on, care=NO_CARE).reasons[0]
    assert (found.code, found.detail) == (ReasonCode.CONTRAINDICATED, item.wording)


def test_limits_are_the_tags_of_what_limits_and_nothing_else(patient, practitioner, clinic, at, on):
    codes = ["pregnancy", "pacemaker", "thin_build"]
    findings = dict.fromkeys(ScreeningItem.objects.filter(clinic=clinic, code__in=codes), "")
    record_screening(patient=patient, findings=findings, by=practitioner, at=at)
    found = clearance_of(patient, on=on, care=NO_CARE)
    assert (found.verdict, found.limits) == (ClearanceVerdict.CLEAR, ("electro", "pregnancy"))


def test_newest_screening_counts(patient, practitioner, clinic, at, on):
    item = ScreeningItem.objects.get(clinic=clinic, code="cannot_consent")
    record_screening(patient=patient, findings={item: ""}, by=practitioner, at=at - DAY)
    record_screening(patient=patient, findings={}, by=practitioner, at=at)
    assert reasons(patient, on) == []


@pytest.mark.parametrize(
    ("licence", "is_supervised", "found"),
    [("", False, ["licence_missing"]), ("L-1", True, ["supervisor_missing"])],
)
def test_practitioner_is_asked_for_licence_and_supervisor(
    patient, practitioner, on, licence, is_supervised, found
):
    practitioner.licence_number, practitioner.is_supervised = licence, is_supervised
    verdict = clearance_of(patient, on=on, care=NO_CARE, practitioner=practitioner)
    assert [str(reason.code) for reason in verdict.reasons] == found


def test_supervisor_who_left_supervises_nobody(patient, practitioner, lead, on, at):
    practitioner.is_supervised, practitioner.supervisor = True, lead
    assert clearance_of(patient, on=on, care=NO_CARE, practitioner=practitioner).may_needle
    lead.deactivated_at = at
    lead.save()
    assert not clearance_of(patient, on=on, care=NO_CARE, practitioner=practitioner).may_needle


def test_supervisor_must_have_been_there(patient, practitioner, lead, on):
    practitioner.is_supervised, practitioner.supervisor = True, lead
    alone = clearance_of(patient, on=on, care=NO_CARE, practitioner=practitioner, is_alone=True)
    assert [str(reason.code) for reason in alone.reasons] == ["supervisor_missing"]


def test_who_needs_no_supervisor_may_be_alone(patient, practitioner, on):
    assert clearance_of(patient, on=on, care=NO_CARE, practitioner=practitioner, is_alone=True).may_needle


def test_facts_take_a_fixed_number_of_queries(
    patient, give_type, practitioner, clinic, at, on, django_assert_num_queries
):
    with django_assert_num_queries(7):
        clearance_of(patient, on=on, care=NO_CARE)
    give_type("radiculopathy")
    findings = dict.fromkeys(ScreeningItem.objects.filter(clinic=clinic)[:5], "")
    record_screening(patient=patient, findings=findings, by=practitioner, at=at)
    with django_assert_num_queries(7):
        clearance_of(patient, on=on, care=NO_CARE)


class TestCurveGroup:
    def test_without_a_type_is_undiagnosed(self, clinic, on):
        assert curve_group(PatientFactory(clinic=clinic), on=on) == "undiagnosed"

    def test_two_components_are_mixed(self, patient, give_type, on):
        give_type("radiculopathy")
        assert curve_group(patient, on=on) == "mixed"

    def test_type_goes_before_undiagnosed(self, clinic, practitioner, at, on):
        patient = PatientFactory(clinic=clinic)
        for code, status in (("undiagnosed", WORKING), ("strain", CONFIRMED)):
            record_pain_type(patient=patient, code=code, status=status, starts_on=on, by=practitioner, at=at)
        assert curve_group(patient, on=on) == "strain"

    def test_type_not_begun_or_ended_does_not_count(self, patient, give_type, on):
        give_type("radiculopathy", starts_on=on + DAY)
        give_type("strain").__class__.objects.filter(pain_type__code="strain").update(ended_on=on)
        assert curve_group(patient, on=on) == "axial"

    def test_many_patients_take_one_query(self, clinic, practitioner, at, on, django_assert_num_queries):
        patients = [cleared_patient(clinic, by=practitioner, at=at) for _n in range(3)]
        with django_assert_num_queries(1):
            found = curve_groups(PatientPainType.objects.for_clinic(clinic), on=on)
        assert found == {patient.pk: "axial" for patient in patients}
