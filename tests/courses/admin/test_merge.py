"""The pages on which two records become one, and on which a patient is archived."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from courses.models import Alert, Course, RedFlagReport
from patients.identity.merging import merge_patients, undo_merge, version_of_pair
from patients.intake import record_consent
from patients.models import Consent, Patient, PatientMerge
from tests.factories import CourseFactory, PatientFactory, cleared_patient, flag, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(clinic, practitioner, patient, at) -> Patient:
    return cleared_patient(clinic, by=practitioner, at=at, given_name="Ana", family_name="Kingfischer")


@pytest.fixture
def url(patient, double) -> str:
    return f"{reverse('admin:patients_patient_merge', args=[patient.pk])}?with={double.uuid}"


@pytest.fixture
def joined(patient, double, lead, at) -> PatientMerge:
    version = version_of_pair(patient, double)
    return merge_patients(patient, double, choices={}, version=version, reason="one", by=lead, at=at)


def choices(page) -> dict[str, str]:
    """The form's values when it is sent unchanged."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def change(patient: Patient) -> str:
    return reverse("admin:patients_patient_change", args=[patient.pk])


def test_other_record_is_offered_and_found(signed_in, lead, patient, double):
    client, choose = signed_in(lead), reverse("admin:patients_patient_merge", args=[patient.pk])
    assert f"?with={double.uuid}" in client.get(choose, {"q": "kingfisher ana"}).content.decode()
    assert str(patient.uuid) not in client.get(choose, {"q": str(patient)}).content.decode()


def test_both_are_shown_side_by_side_and_merged(signed_in, manager, patient, double, course, url):
    client = signed_in(manager)
    page = client.get(url)
    words = page.content.decode()
    assert "born 31 May 1980" in words
    assert "Ana Kingfischer" in words
    values = {**choices(page), "name": "merged", "reason": "one passport"}
    done = client.post(url, values, follow=True)
    patient.refresh_from_db()
    assert str(patient) == "Ana Kingfischer"
    history = done.content.decode()
    assert "was merged into this one by Manager Tree" in history
    assert "one passport" in history


def test_without_a_reason_nothing_is_merged_and_the_choices_stay(signed_in, lead, url):
    client = signed_in(lead)
    page = client.post(url, {**choices(client.get(url)), "name": "merged"})
    assert page.status_code == 422
    assert page.context["form"]["name"].value() == "merged"
    assert not PatientMerge.objects.exists()


def test_written_while_the_page_was_open_is_shown_and_what_was_typed_stays(signed_in, lead, double, url, at):
    client = signed_in(lead)
    values = {**choices(client.get(url)), "reason": "one passport"}
    how = Consent.How.SPOKEN
    record_consent(
        patient=double, stream=Consent.Stream.MOXA, is_given=True, how=how, by=lead, at=at, shown_text=None
    )
    page = client.post(url, values)
    assert page.status_code == 409
    assert "one passport" in page.content.decode()
    values = {**choices(page), "reason": "one passport"}
    assert client.post(url, values).status_code == 302


@pytest.mark.parametrize("role", ["practitioner", "front_desk"])
def test_only_leads_and_managers_merge(signed_in, request, url, joined, role):
    client = signed_in(request.getfixturevalue(role))
    assert client.get(url).status_code == 403
    undo = reverse("admin:patients_patient_undo_merge", args=[joined.kept_id, joined.uuid])
    assert client.post(undo, {"reason": "two people"}).status_code == 403


def test_merged_record_points_to_where_everything_is(signed_in, front_desk, patient, double, joined):
    page = signed_in(front_desk).get(change(double)).content.decode()
    assert change(patient) in page
    assert "This record was merged" in page


def test_merged_record_is_on_no_list_and_its_name_finds_the_other(signed_in, lead, patient, double, joined):
    client, patients = signed_in(lead), reverse("admin:patients_patient_changelist")
    assert change(double) not in client.get(patients).content.decode()
    found = client.get(patients, {"q": "Kingfischer"}).content.decode()
    assert change(patient) in found
    assert change(double) not in found


def test_what_was_typed_on_a_page_from_before_is_shown_and_not_saved(signed_in, lead, patient, double, joined):
    typed = {"given_name": double.given_name, "family_name": double.family_name, "phone": "030 23125 444"}
    page = signed_in(lead).post(change(double), {**typed, "opened": "machinery"})
    assert page.status_code == 409
    shown = page.content.decode()
    assert "030 23125 444" in shown
    # By its label, without the form's technical fields.
    assert "Phone" in shown
    assert "machinery" not in shown
    assert "given_name" not in shown
    assert not Patient.objects.filter(phone="030 23125 444").exists()


def test_red_flag_on_a_page_from_before_is_reported_for_the_record_that_is_kept(
    signed_in, front_desk, patient, double, joined
):
    url = reverse("admin:patients_patient_red_flag", args=[double.pk])
    told = {"flag_trauma": "on", "caller": "the patient", "note": "", "form_key": uuid.uuid4()}
    signed_in(front_desk).post(url, told)
    assert RedFlagReport.objects.get().patient == Alert.objects.get().patient == patient


def test_archive_button_of_a_page_from_before_archives_nobody(signed_in, lead, patient, double, joined):
    signed_in(lead).post(reverse("admin:patients_patient_archive", args=[double.pk]), {"archive": "1"})
    assert not Patient.objects.exclude(archived_at=None).exists()


def test_undone_on_the_page(signed_in, lead, double, joined):
    undo = reverse("admin:patients_patient_undo_merge", args=[joined.kept_id, joined.uuid])
    client = signed_in(lead)
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "two people"}).status_code == 302
    assert client.post(undo, {"reason": "two people"}).status_code == 302
    double.refresh_from_db()
    assert double.merged_into is None


def test_page_says_what_was_written_since_and_undoes_nothing(signed_in, lead, patient, course, joined, at):
    log_visit(course, at)
    undo = reverse("admin:patients_patient_undo_merge", args=[patient.pk, joined.uuid])
    client = signed_in(lead)
    assert "Sessions: 1 new" in client.get(undo).content.decode()
    assert client.post(undo, {"reason": "two people"}).status_code == 409
    assert PatientMerge.objects.in_force().exists()


def test_merge_of_another_record_is_not_undone_here(signed_in, lead, clinic, joined):
    other = PatientFactory(clinic=clinic)
    undo = reverse("admin:patients_patient_undo_merge", args=[other.pk, joined.uuid])
    assert signed_in(lead).get(undo).status_code == 404


def test_undone_merge_may_be_made_again(patient, double, joined, lead, at):
    undo_merge(joined, reason="two people", by=lead, at=at)
    for one in (patient, double):
        one.refresh_from_db()
    version = version_of_pair(patient, double)
    again = merge_patients(patient, double, choices={}, version=version, reason="one", by=lead, at=at)
    assert again != joined


class TestArchive:
    @pytest.fixture
    def archive(self, patient) -> str:
        return reverse("admin:patients_patient_archive", args=[patient.pk])

    def test_without_anything_open_is_done_at_once(self, signed_in, lead, patient, archive):
        signed_in(lead).post(archive, {"archive": "1"})
        patient.refresh_from_db()
        assert patient.archived_at

    def test_with_an_open_course_is_asked_first(self, signed_in, lead, patient, course, archive):
        client = signed_in(lead)
        page = client.post(archive, {"archive": "1"})
        assert page.status_code == 409
        assert "Archive anyway" in page.content.decode()
        patient.refresh_from_db()
        assert patient.archived_at is None
        client.post(archive, {"archive": "1", "seen": page.context["left"].seen})
        patient.refresh_from_db()
        assert patient.archived_at
        assert Course.objects.get().is_open

    def test_what_was_opened_meanwhile_is_asked_about_again(self, signed_in, lead, course, archive):
        client = signed_in(lead)
        seen = client.post(archive, {"archive": "1"}).context["left"].seen
        CourseFactory(patient=course.patient, practitioner=lead, complaint="Headache")
        assert client.post(archive, {"archive": "1", "seen": seen}).status_code == 409

    def test_with_an_open_red_flag_is_refused(self, signed_in, lead, course, archive, at):
        log_visit(course, at, flags=(flag(course.clinic, "trauma"),))
        client = signed_in(lead)
        page = client.post(archive, {"archive": "1"})
        words = page.content.decode()
        assert "red flag" in words
        assert "Archive anyway" not in words
        assert client.post(archive, {"archive": "1", "seen": page.context["left"].seen}).status_code == 409
        assert not Patient.objects.exclude(archived_at=None).exists()

    def test_front_desk_reads_no_complaint_and_no_flag(self, signed_in, front_desk, course, archive, at):
        log_visit(course, at, flags=(flag(course.clinic, "trauma"),))
        words = signed_in(front_desk).post(archive, {"archive": "1"}).content.decode()
        assert course.complaint not in words
        assert reverse("admin:courses_alert_change", args=[Alert.objects.get().pk]) not in words

    def test_second_click_takes_nobody_out_again(self, signed_in, lead, patient, archive):
        client = signed_in(lead)
        client.post(archive, {"archive": "1"})
        client.post(archive, {"archive": "1"})
        patient.refresh_from_db()
        assert patient.archived_at


class TestPicker:
    def test_finds_by_patient_and_distinguishes_courses(self, signed_in, lead, course):
        CourseFactory(patient=course.patient, practitioner=lead, complaint="Headache")
        page = signed_in(lead).get(reverse("admin:courses_appointment_add"), {"q": course.patient.family_name})
        words = page.content.decode()
        assert words.count(f"?course={course.uuid}") == 1
        assert "Neck pain ·" in words
        assert "Headache ·" in words
        assert "from 20 Jan 2026" in words

    @pytest.mark.parametrize("q", ["nobody", "\x00", "%", "<script>", "x" * 500])
    def test_says_when_nothing_fits(self, signed_in, lead, course, q):
        page = signed_in(lead).get(reverse("admin:courses_appointment_add"), {"q": q})
        assert page.status_code == 200
        assert "?course=" not in page.content.decode()

    def test_continues_to_the_form_with_the_day_kept(self, signed_in, lead, course):
        client, add = signed_in(lead), reverse("admin:courses_appointment_add")
        assert (
            "day=2026-03-12&amp;course="
            in client.get(add, {"day": "2026-03-12", "q": str(course.patient)}).content.decode()
        )
        form = client.get(add, {"day": "2026-03-12", "course": course.uuid}).context["form"]
        assert form["course"].value() == course.pk

    def test_archived_patients_course_is_not_offered(self, signed_in, lead, course, at):
        Patient.objects.update(archived_at=at)
        page = signed_in(lead).get(reverse("admin:courses_appointment_add"), {"q": str(course.patient)})
        assert "?course=" not in page.content.decode()

    def test_one_course_is_silenced_by_way_of_the_search(self, signed_in, lead, course):
        client, add = signed_in(lead), reverse("admin:courses_silence_add")
        page = client.get(add, {"choose": "1", "q": course.patient.family_name}).content.decode()
        assert f"choose=1&amp;course={course.uuid}" in page
        chosen = client.get(add, {"choose": "1", "course": course.uuid}, follow=True)
        assert str(chosen.context["form"]["course"].value()) == str(course.pk)
        assert "born 31 May 1980" in chosen.content.decode()

    def test_number_of_queries_does_not_grow(self, signed_in, lead, course, django_assert_max_num_queries):
        for number in range(5):
            CourseFactory(patient=course.patient, practitioner=lead, complaint=f"Headache {number}")
        client = signed_in(lead)
        client.get(reverse("admin:index"))
        with django_assert_max_num_queries(24):
            client.get(reverse("admin:courses_appointment_add"), {"q": course.patient.family_name})
