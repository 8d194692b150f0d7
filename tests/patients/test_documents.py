"""Documents: checked by content, stored under meaningless names, served only with the right."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients.documents import MAX_BYTES, DocumentKind, read_document
from patients.intake import record_specialist_letter
from tests.factories import PatientFactory, document

PDF = b"%PDF-1.7\nbody\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 40 + b"\xff\xd9"


def upload(content, name="letter.pdf"):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, DocumentKind.PDF), (PNG, DocumentKind.PNG), (JPEG, DocumentKind.JPEG)]
)
def test_kind_follows_the_content_whatever_the_name(content, kind):
    assert read_document(upload(content, "x.exe")).kind == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "not a PDF, PNG or JPEG"),
        (b"<html>%PDF-1.7 %%EOF", "not a PDF, PNG or JPEG"),
        (b"<svg onload='x'/>", "not a PDF, PNG or JPEG"),
        (PDF[:-7], "incomplete"),
        (PNG[:30], "incomplete"),
        (b"%PDF-" + b"0" * MAX_BYTES, "At most 10 MB"),
    ],
)
def test_others_are_refused_with_what_to_do(content, words):
    with pytest.raises(ValidationError, match=words):
        read_document(upload(content))


@pytest.fixture
def letter(patient, practitioner, at):
    return record_specialist_letter(
        patient=patient,
        document=document(PDF),
        written_by="Dr. Yew",
        written_on=at.date(),
        by=practitioner,
        at=at,
    )


@pytest.mark.django_db
class TestStored:
    def test_under_media_root_by_a_random_name_for_the_server_alone(self, letter, settings):
        path = Path(letter.document.path)
        assert path.is_relative_to(Path(settings.MEDIA_ROOT))
        assert (path.suffix, len(path.name)) == ("", 32)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_without_an_address(self, letter):
        with pytest.raises(ValueError, match="no address"):
            _ = letter.document.url

    def test_not_left_behind_when_the_row_is_refused(self, patient, practitioner, at, settings):
        folder = Path(settings.MEDIA_ROOT) / "documents"
        before = set(folder.glob("*"))
        with pytest.raises(IntegrityError), transaction.atomic():
            record_specialist_letter(
                patient=patient,
                document=document(PDF),
                written_by="Dr. Yew",
                written_on=at.date(),
                expires_on=at.date().replace(year=2000),
                by=practitioner,
                at=at,
            )
        assert set(folder.glob("*")) == before

    def test_letter_without_one_is_refused(self, letter, refused):
        letter.document = ""
        with refused("patients_specialistletter_has_its_document"):
            letter.save()


@pytest.mark.django_db
class TestHandedOut:
    def url(self, letter, patient=None):
        return reverse("admin:patients_patient_letter", args=[(patient or letter.patient).pk, letter.uuid])

    def test_as_an_attachment_that_nobody_guesses_at(self, letter, practitioner, signed_in):
        response = signed_in(practitioner).get(self.url(letter))
        assert response.content == PDF
        assert response["Content-Disposition"] == 'attachment; filename="letter.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert (response["Content-Type"], "no-store" in response["Cache-Control"]) == ("application/pdf", True)

    def test_not_to_the_front_desk(self, letter, front_desk, signed_in):
        assert signed_in(front_desk).get(self.url(letter)).status_code == 403

    def test_not_to_another_clinic(self, letter, stranger, signed_in):
        assert signed_in(stranger).get(self.url(letter)).status_code == 404

    def test_not_under_another_patient(self, letter, clinic, practitioner, signed_in):
        other = PatientFactory(clinic=clinic)
        assert signed_in(practitioner).get(self.url(letter, other)).status_code == 404

    def test_not_when_the_file_is_gone(self, letter, practitioner, signed_in):
        Path(letter.document.path).unlink()
        assert signed_in(practitioner).get(self.url(letter)).status_code == 404

    @pytest.mark.parametrize("prefix", ["/media/", "/static/", "/"])
    def test_not_by_its_name(self, letter, practitioner, signed_in, prefix):
        assert signed_in(practitioner).get(prefix + letter.document.name).status_code == 404
