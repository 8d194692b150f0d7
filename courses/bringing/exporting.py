"""All data of a clinic as a zip of CSV files, made while it is being downloaded: nothing of it lies on a disk.

Every table that belongs to a clinic is in it, found from the models: a new one is in it from its first day.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, Field, FileField, ManyToManyField, Model, Q, QuerySet
from django.http import StreamingHttpResponse
from django.utils.text import capfirst

from clinic.models import Clinic, Membership, User
from courses.bringing.safe_csv import csv_lines

APPS = ("clinic", "patients", "courses")
# Tables that are no record of the clinic's, with the reason.
LEFT_OUT: Mapping[str, str] = {
    "clinic.SentForm": "digests of forms, for some days",
    "courses.HistoryImport": "how files were read; what they brought is in the other tables",
    "courses.ImportPart": "fingerprints, for undoing",
}
# Columns that open a door, or that the database makes for its own searches.
HIDDEN = frozenset({"secret", "search_text", "search_near", "phone_digits", "seal"})
AT_ONCE = 2000
ROWS_A_WRITE = 200


@dataclass(frozen=True)
class ExportedTable:
    """One file of the zip."""

    name: str
    label: str
    model: type[Model]
    columns: tuple[Field[Any, Any], ...]


def exported_tables() -> list[ExportedTable]:
    """Every table of a clinic, the clinic itself and who works in it."""
    found = []
    for model in apps.get_models():
        label = model._meta.label
        if model._meta.app_label not in APPS or label in LEFT_OUT or not _belongs(model):
            continue
        columns = tuple(field for field in model._meta.concrete_fields if _is_shown(field))
        found.append(
            ExportedTable(model._meta.db_table, capfirst(str(model._meta.verbose_name_plural)), model, columns)
        )
    people = ("id", "username", "first_name", "last_name", "email")
    columns = tuple(User._meta.get_field(name) for name in people)  # type: ignore[misc]
    found.append(ExportedTable(User._meta.db_table, capfirst(str(User._meta.verbose_name_plural)), User, columns))
    return sorted(found, key=lambda table: table.name)


def stream_export(clinic: Clinic, *, at: datetime) -> StreamingHttpResponse:
    """The download."""
    name = f"{clinic.slug}-{clinic.local(at):%Y-%m-%d}.zip"
    response = StreamingHttpResponse(export_clinic(clinic), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def export_clinic(clinic: Clinic) -> Iterator[bytes]:
    """The zip, piece by piece."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as bundle:
        yield from _written(bundle, pipe, "columns.csv", csv_lines(_meanings()))
        for table in exported_tables():
            yield from _written(bundle, pipe, f"{table.name}.csv", csv_lines(_rows(table, clinic)))
            yield from _files(bundle, pipe, table, clinic)
    yield pipe.taken()


class _Pipe(io.RawIOBase):
    """What a zip is written to: holds what was not sent yet."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._at += len(part)
        return len(part)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


def _written(bundle: zipfile.ZipFile, pipe: _Pipe, name: str, lines: Iterable[str]) -> Iterator[bytes]:
    with bundle.open(name, "w", force_zip64=True) as file:
        for number, line in enumerate(lines, start=1):
            file.write(line.encode())
            if number % ROWS_A_WRITE == 0:
                yield pipe.taken()
    yield pipe.taken()


def _files(bundle: zipfile.ZipFile, pipe: _Pipe, table: ExportedTable, clinic: Clinic) -> Iterator[bytes]:
    """What is kept as a file: letters and documents, one at a time."""
    names = [field for field in table.model._meta.concrete_fields if isinstance(field, BinaryField | FileField)]
    for field in names:
        for pk in _all(table.model, clinic).order_by("pk").values_list("pk", flat=True):
            content = _content(table.model, pk, field)
            if content:
                kinds = {b"%PDF": "pdf", b"\x89PNG": "png"}
                ending = kinds.get(content[:4], "bin")
                bundle.writestr(f"files/{table.name}-{pk}-{field.name}.{ending}", content)
                yield pipe.taken()


def _content(model: type[Model], pk: int, field: Field[Any, Any]) -> bytes:
    value = model._base_manager.only(field.name).get(pk=pk).__getattribute__(field.attname)
    if isinstance(field, FileField):
        if not value or not value.storage.exists(value.name):
            return b""
        with value.open("rb") as file:
            return bytes(file.read())
    return bytes(value or b"")


def _all(model: type[Model], clinic: Clinic) -> QuerySet[Any]:
    """Void rows too: they are on file."""
    rows = model._base_manager.all()
    if model is Clinic:
        return rows.filter(pk=clinic.pk)
    if model is User:
        return rows.filter(Q(pk__in=Membership.objects.filter(clinic=clinic).values("user")))
    return rows.filter(clinic=clinic)


def _rows(table: ExportedTable, clinic: Clinic) -> Iterator[list[Any]]:
    names = [field.attname for field in table.columns]
    many = [field for field in table.model._meta.many_to_many if table.model is not User]
    yield [*names, *(field.name for field in many)]
    rows = _all(table.model, clinic).order_by("pk")
    if many:
        for row in rows.iterator(chunk_size=AT_ONCE):
            yield [*(_plain(getattr(row, name)) for name in names), *(_keys(row, field) for field in many)]
        return
    for values in rows.values_list(*names).iterator(chunk_size=AT_ONCE):
        yield [_plain(value) for value in values]


def _keys(row: Model, field: ManyToManyField[Any, Any]) -> str:
    return " ".join(str(one.pk) for one in getattr(row, field.name).order_by("pk"))


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value


def _meanings() -> Iterator[list[Any]]:
    """What each column of each file is."""
    yield ["file", "table", "column", "meaning", "explanation", "refers to"]
    for table in exported_tables():
        for field in table.columns:
            to = field.related_model if field.is_relation else None
            target = f"{to._meta.db_table}.csv" if isinstance(to, type) else ""
            yield [f"{table.name}.csv", table.label, field.attname, field.verbose_name, field.help_text, target]


def _belongs(model: type[Model]) -> bool:
    """Whether rows of a table are some clinic's."""
    return model is Clinic or any(
        field.name == "clinic" and field.related_model is Clinic for field in model._meta.concrete_fields
    )


def _is_shown(field: Field[Any, Any]) -> bool:
    return field.name not in HIDDEN and not isinstance(field, BinaryField)
