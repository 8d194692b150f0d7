"""The guided intake, step by step."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.models import Clinic
from courses.models import Alert
from patients.models import Consent, IntakeDraft, NeuroCheck, Patient, ScreeningItem
from patients.progress import Step, next_undone
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

PERSON = {
    "given_name": "Ana",
    "family_name": "Kingfisher",
    "born_on": "1971-02-03",
    "phone": "",
    "email": "ana@example.org",
    "language": "en",
}
ASSESSMENT = {
    "diagnosed_by": "Dr. Yew",
    "licence": "GMC 2",
    "diagnosed_on": "2026-03-01",
    "origin": "structural",
    "imaging_kind": "mri",
    "imaging_on": "2026-02-20",
    "imaging_level": "C5/C6",
    "imaging_finding": "narrowed disc space",
    "checked_on": "2026-03-01",
    "result": "normal",
    "hoffmann": "normal",
}
TYPES = {"type_radiculopathy": "on", "status_radiculopathy": "confirmed", "starts_on": "2026-03-01"}
FLAGS_KEY = "8b2d1c9e-55aa-4a1f-9b63-0d1b0a5f5e11"
SCREENING = {f"none_{group}": "on" for group in ScreeningItem.Group.values} | {
    "no_red_flag": "on",
    "flags_key": FLAGS_KEY,
}
CONSENTS = {
    "shown_text": "1",
    "stream_treatment": "1",
    "stream_reminders": "1",
    "stream_research": "0",
    "how": "signed",
}
STEPS = {"assessment": ASSESSMENT, "types": TYPES, "screening": SCREENING, "consents": CONSENTS}


@pytest.fixture
def new_patient(clinic: Clinic) -> Patient:
    return PatientFactory(clinic=clinic)


@pytest.fixture
def send(signed_in, practitioner, new_patient):
    """Post a step of the new patient's intake."""
    client = signed_in(practitioner)

    def post(step, values, go="next"):
        return client.post(url(new_patient, step), {**values, "go": go})

    return post


def url(patient, step):
    return reverse("admin:patients_patient_intake_step", args=[patient.pk, step])


def test_new_person_continues_to_the_assessment(signed_in, practitioner):
    response = signed_in(practitioner).post(reverse("admin:patients_patient_add"), PERSON)
    assert response["Location"] == url(Patient.objects.get(), "assessment")


def test_front_desk_stays_with_the_person(signed_in, front_desk):
    response = signed_in(front_desk).post(reverse("admin:patients_patient_add"), PERSON)
    assert response["Location"] == reverse("admin:patients_patient_change", args=[Patient.objects.get().pk])


def test_each_step_leads_to_the_next_and_ends_in_a_clearance(send, new_patient, signed_in, practitioner):
    ways = [send(step, values)["Location"] for step, values in STEPS.items()]
    assert ways == [url(new_patient, step) for step in ("types", "screening", "consents", "clearance")]
    page = signed_in(practitioner).get(url(new_patient, "clearance"))
    assert page.context["clearance"].may_needle
    assert "Start a course" in page.content.decode()


def test_assessment_is_filed_with_its_examination(send, new_patient):
    send("assessment", ASSESSMENT)
    check = new_patient.neuro_checks.get()
    assert (check.result, check.hoffmann, check.gait) == ("normal", "normal", "")
    assert new_patient.assessments.get().imaging.get().level == "C5/C6"


def test_examination_has_a_day_and_a_result(send):
    page = send("assessment", {**ASSESSMENT, "result": "", "gait": "normal"})
    assert set(page.context["form"].errors) == {"result"}
    assert not NeuroCheck.objects.exists()


@pytest.mark.parametrize("go", ["back", "later"])
def test_nothing_typed_is_lost_by_leaving(send, new_patient, signed_in, practitioner, go):
    send("assessment", {"diagnosed_by": "Dr. Yew", "imaging_kind": "mri"}, go=go)
    form = signed_in(practitioner).get(url(new_patient, "assessment")).context["form"]
    assert (form["diagnosed_by"].value(), form["imaging_kind"].value()) == ("Dr. Yew", "mri")
    assert not new_patient.assessments.exists()


def test_ticks_of_a_screening_are_kept_too(send, new_patient, signed_in, practitioner):
    send("screening", {"item_smoker": "on", "none_skin": "on"}, go="later")
    page = signed_in(practitioner).get(url(new_patient, "screening")).content.decode()
    assert page.count("checked") == 2


def test_recorded_step_has_no_draft(send):
    send("assessment", {"diagnosed_by": "Dr. Yew"}, go="later")
    send("assessment", ASSESSMENT)
    assert not IntakeDraft.objects.exists()


def test_resumed_where_it_was_left(send, new_patient, signed_in, practitioner):
    send("assessment", ASSESSMENT)
    assert next_undone(new_patient) is Step.TYPES
    response = signed_in(practitioner).get(reverse("admin:patients_patient_intake", args=[new_patient.pk]))
    assert response["Location"] == url(new_patient, "types")


def test_nothing_is_preselected(new_patient, signed_in, practitioner):
    client = signed_in(practitioner)
    pages = [client.get(url(new_patient, step)).content.decode() for step in ("types", "screening", "consents")]
    assert [page.count("checked") for page in pages] == [0, 0, 0]


def test_types_ask_for_at_least_one(send):
    assert send("types", {"starts_on": "2026-03-01"}).status_code == 422


def test_several_types_are_dated_with_their_status(send, new_patient):
    values = {**TYPES, "type_axial": "on", "status_axial": "working", "has_vertigo": "on"}
    send("types", values)
    rows = set(new_patient.pain_types.values_list("pain_type__code", "status", "has_vertigo"))
    assert rows == {("axial", "working", True), ("radiculopathy", "confirmed", True)}


def test_treatment_must_be_answered(send):
    page = send("consents", {"shown_text": "1", "how": "signed"})
    assert set(page.context["form"].errors) == {"stream_treatment"}


def test_each_stream_is_recorded_separately_and_silence_is_no_answer(send, new_patient):
    send("consents", CONSENTS)
    rows = set(new_patient.consents.values_list("stream", "is_given"))
    assert rows == {("treatment", True), ("reminders", True), ("research", False)}


def test_same_word_again_is_no_new_consent(send):
    send("consents", CONSENTS)
    send("consents", CONSENTS)
    assert Consent.objects.count() == 3


def test_clearance_says_what_is_missing_and_where_to_fix_it(send, new_patient, signed_in, practitioner):
    send("types", {"type_myelopathy": "on", "starts_on": "2026-03-01"})
    rows = signed_in(practitioner).get(url(new_patient, "clearance")).context["obstacles"]
    assert url(new_patient, "assessment") in {row.url for row in rows}
    letter = reverse("admin:patients_patient_record", args=[new_patient.pk, "letter"])
    assert [row.is_document for row in rows if row.url == letter] == [True]


def test_red_flags_are_asked_with_the_screening(send, new_patient):
    page = send("screening", {**SCREENING, "no_red_flag": ""})
    assert (page.status_code, set(page.context["flags"].errors)) == (422, {"no_red_flag"})
    send("screening", SCREENING)
    assert new_patient.screenings.get().is_red_flags_asked


def test_red_flag_at_intake_alerts_and_its_instruction_comes_first(send, new_patient):
    page = send("screening", {**SCREENING, "no_red_flag": "", "flag_saddle_numb": "on"})
    assert "Emergency" in page.content.decode()
    assert Alert.objects.get(patient=new_patient).severity == "E0"
    assert new_patient.screenings.exists()


def test_unknown_step_is_not_found(new_patient, signed_in, practitioner):
    assert signed_in(practitioner).get(url(new_patient, "elsewhere")).status_code == 404
