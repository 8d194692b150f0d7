"""A file's corrections in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from clinic.country.shown import shown_day
from clinic.models import Membership
from patients.file_corrections import FIELDS, Subject
from patients.models import FileCorrection


@dataclass(frozen=True)
class FileCorrectionWords:
    """One correction: who, when, why, and each fact before and after."""

    at: datetime
    by: Membership
    reason: str
    lines: tuple[tuple[str, str, str], ...]


def file_correction_words(corrections: Iterable[FileCorrection]) -> list[FileCorrectionWords]:
    """Corrections grouped as they were made, the newest first; no query beyond theirs."""
    acts: dict[Any, list[FileCorrection]] = {}
    for row in corrections:
        acts.setdefault(row.act, []).append(row)
    return [
        FileCorrectionWords(
            act[0].corrected_at,
            act[0].corrected_by,
            act[0].reason,
            tuple(_line(row) for row in sorted(act, key=lambda one: one.pk)),
        )
        for act in acts.values()
    ]


def _line(row: FileCorrection) -> tuple[str, str, str]:
    model, _fields = FIELDS[Subject(row.subject)]
    column = model._meta.get_field(row.field)
    if not isinstance(column, models.Field):
        raise TypeError(f"{row.field} is no column")
    what = f"{row.get_subject_display()}, {column.verbose_name}"
    return what, _value(column, row.before), _value(column, row.after)


def _value(column: models.Field[Any, Any], value: Any) -> str:
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(column, models.DateField):
        day = parse_date(value)
        return shown_day(day) if day else str(value)
    return str(dict(column.flatchoices).get(value, value))
