"""All data of a clinic, and nothing of another."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry

from clinic.models import Endpoint
from courses.bringing.exporting import HIDDEN, LEFT_OUT, export_clinic, exported_tables
from courses.models import Letter, Session
from tests.factories import PatientFactory, log_visit

pytestmark = pytest.mark.django_db


def opened(clinic) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export_clinic(clinic))))


def rows_of(bundle, name):
    return list(csv.DictReader(io.StringIO(bundle.read(f"{name}.csv").decode("utf-8-sig"))))


def test_every_table_of_a_clinic_is_in_it_or_left_out_for_a_reason():
    exported = {table.model._meta.label for table in exported_tables()}
    of_clinics = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "clinic" and field.is_relation for field in model._meta.concrete_fields)
    }
    assert of_clinics - exported == LEFT_OUT.keys()
    assert {"clinic.Clinic", "clinic.User"} <= exported


def test_rows_of_this_clinic_whole_and_safe_and_none_of_another(course, stranger, at):
    log_visit(course, at)
    session = Session.objects.get()
    Session.objects.filter(pk=session.pk).update(voided_at=at, voided_by=course.practitioner, void_reason="twice")
    PatientFactory(clinic=stranger.clinic, family_name="Elsewhere")
    PatientFactory(clinic=course.clinic, given_name="=HYPERLINK(1)", family_name="Lee")
    bundle = opened(course.clinic)
    assert bundle.testzip() is None
    patients = rows_of(bundle, "patients_patient")
    assert {one["clinic_id"] for one in patients} == {str(course.clinic.pk)}
    assert "'=HYPERLINK(1)" in {one["given_name"] for one in patients}
    assert [one["void_reason"] for one in rows_of(bundle, "courses_session")] == ["twice"]
    assert not [name for name in bundle.namelist() if b"Elsewhere" in bundle.read(name)]
    assert {one["id"] for one in rows_of(bundle, "clinic_clinic")} == {str(course.clinic.pk)}


def test_columns_are_explained_and_secrets_are_not_in_it(clinic):
    Endpoint.objects.create(clinic=clinic, name="Chat", url="https://chat.example.org/in", secret="s3cret-word")
    bundle = opened(clinic)
    meanings = rows_of(bundle, "columns")
    said = {(one["file"], one["column"]) for one in meanings}
    for name in bundle.namelist():
        if name.endswith(".csv") and name != "columns.csv":
            header = bundle.read(name).decode("utf-8-sig").splitlines()[0].split(",")
            assert {(name, one) for one in header if one != "points"} <= said
    assert not HIDDEN & {one["column"] for one in meanings}
    assert not [name for name in bundle.namelist() if b"s3cret-word" in bundle.read(name)]
    assert "password" not in {one["column"] for one in meanings}


def test_letters_are_in_it_as_files(course, lead, at):
    letter = Letter.objects.create(
        clinic=course.clinic,
        patient=course.patient,
        course=course,
        kind=Letter.Kind.SUMMARY,
        addressee="Dr. Ilex",
        written_by=lead,
        written_at=at,
        pdf=b"%PDF-1.7 letter",
    )
    assert opened(course.clinic).read(f"files/courses_letter-{letter.pk}-pdf.pdf") == b"%PDF-1.7 letter"


def test_only_a_manager_takes_it_out_and_it_is_noted(signed_in, manager, lead):
    url = "/admin/courses/historyimport/export/"
    assert signed_in(lead).post(url).status_code == 403
    response = signed_in(manager).post(url)
    assert response.streaming
    assert zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).testzip() is None
    assert LogEntry.objects.get(user=manager.user).get_change_message() == "All data exported"


def test_rows_are_read_as_they_are_sent(clinic, django_assert_max_num_queries):
    """The first piece leaves before the last table is read."""
    pieces = export_clinic(clinic)
    with django_assert_max_num_queries(3):
        assert next(pieces)[:2] == b"PK"
