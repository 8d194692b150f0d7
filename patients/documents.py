"""Patients' documents: checked by their content, stored where no web address leads."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.shown import shown_number

MAX_MEGABYTES = 10
MAX_BYTES = MAX_MEGABYTES * 1024 * 1024


class DocumentKind(models.TextChoices):
    """The kinds that may be stored; the value is the media type for serving it."""

    PDF = "application/pdf", gettext_lazy("PDF")
    PNG = "image/png", gettext_lazy("PNG picture")
    JPEG = "image/jpeg", gettext_lazy("JPEG picture")


# How a file of each kind begins, and what it contains near its end.
_MARKS = {
    DocumentKind.PDF: (b"%PDF-", b"%%EOF"),
    DocumentKind.PNG: (b"\x89PNG\r\n\x1a\n", b"IEND"),
    DocumentKind.JPEG: (b"\xff\xd8\xff", b"\xff\xd9"),
}
_SUFFIXES = {DocumentKind.PDF: "pdf", DocumentKind.PNG: "png", DocumentKind.JPEG: "jpg"}
_TAIL = 2048


class PrivateStorage(FileSystemStorage):
    """Files under MEDIA_ROOT without a web address: a view that checks the right serves them."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name: str | None) -> str:
        """None of these files has a web address."""
        raise ValueError("a patient's document has no address of its own")


def private_storage() -> PrivateStorage:
    """The storage for documents."""
    return PrivateStorage()


def random_name(_row: Any, _name: str) -> str:
    """A name that reveals nothing and cannot be guessed."""
    return f"documents/{uuid.uuid4().hex}"


@dataclass(frozen=True)
class Document:
    """A file whose content matches its kind."""

    kind: DocumentKind
    content: bytes

    def as_file(self) -> ContentFile[bytes]:
        """The file for storage; its original name is dropped."""
        return ContentFile(self.content, name="document")


def read_document(upload: Any) -> Document:
    """An uploaded file as a document; ValidationError that says what to do if it is not one."""
    if not upload.size:
        raise ValidationError(_("The file is empty. Choose it again."))
    if upload.size > MAX_BYTES:
        raise ValidationError(
            _("The file is %(size)s MB. At most %(most)d MB can be stored. Scan it in grey, or scan fewer pages.")
            % {"size": shown_number(upload.size / 1024 / 1024, 1), "most": MAX_MEGABYTES}
        )
    content = upload.read()
    kind = _kind_of(content)
    if kind is None:
        raise ValidationError(
            _(
                "The file is not a PDF, PNG or JPEG, whatever its name says. Save the letter as a PDF, "
                "or photograph it."
            )
        )
    if _MARKS[kind][1] not in content[-_TAIL:]:
        raise ValidationError(_("The file is incomplete. Copy or scan it again."))
    return Document(kind, content)


def download_name(kind: str) -> str:
    """The name for downloading a document: it reveals nothing about the patient."""
    return f"letter.{_SUFFIXES[DocumentKind(kind)]}"


def _kind_of(content: bytes) -> DocumentKind | None:
    return next((kind for kind, (start, _end) in _MARKS.items() if content.startswith(start)), None)
