"""Refuses dates in a patient's file that are before the patient's birth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.typed.date_words import said_day
from clinic.typed.dates import DayField, MomentField
from patients.identity.birth import Birth
from patients.identity.words import birth_words
from patients.models import Patient


@dataclass(frozen=True)
class Dated:
    """One date or time column in a patient's file, and the path from its row to the patient."""

    model: type[models.Model]
    column: str
    patient: str

    @property
    def words(self) -> str:
        """The column's name for people."""
        column: Any = self.model._meta.get_field(self.column)
        named = {"what": self.model._meta.verbose_name, "date": column.verbose_name}
        return _("%(what)s, %(date)s") % named


def refuse_before_birth(form: forms.BaseForm, birth: Birth) -> None:
    """Add an error to every date field that is before the birth, as far as the birth date is known."""
    for name, field in form.fields.items():
        day = form.cleaned_data.get(name)
        if isinstance(day, datetime):
            day = timezone.localtime(day).date()
        if isinstance(field, (DayField, MomentField)) and isinstance(day, date) and is_before(day, birth):
            words = _("%(day)s is before the birth date on file (%(birth)s). Check the year.")
            form.add_error(name, words % {"day": said_day(day), "birth": birth_words(birth)})


def is_before(day: date, birth: Birth) -> bool:
    """Whether a day is before a birth date; False if that is unknown."""
    if birth.on:
        return day < birth.on
    return birth.year is not None and day.year < birth.year


def too_late_a_birth(patient: Patient, birth: Birth) -> str:
    """Why this birth date is impossible: the first date on file that is earlier; empty if there is none."""
    if birth.known_year is None:
        return ""
    first = min(_first_days(patient), key=lambda found: found[0], default=None)
    if first is None or not is_before(first[0], birth):
        return ""
    words = _(
        "%(birth)s is after something on file: %(day)s (%(what)s). Check the year, or correct that date first."
    )
    return words % {"birth": birth_words(birth), "day": said_day(first[0]), "what": first[1].words}


def _first_days(patient: Patient) -> Iterator[tuple[date, Dated]]:
    """The earliest date of each column, without void rows."""
    for one in dated_columns():
        rows = one.model._default_manager.filter(**{one.patient: patient})
        first = rows.aggregate(first=models.Min(one.column))["first"]
        if first is not None:
            yield (patient.clinic.local(first).date() if isinstance(first, datetime) else first), one


@cache
def dated_columns() -> tuple[Dated, ...]:
    """Every date column of rows that belong to a patient, directly or through one other row."""
    found: dict[tuple[type[models.Model], str], Dated] = {}
    for near, way in _owned_by(Patient):
        for model, path in ((near, way), *((far, f"{link}__{way}") for far, link in _owned_by(near))):
            for column in model._meta.concrete_fields:
                if isinstance(column, models.DateField):
                    found.setdefault((model, column.name), Dated(model, column.name, path))
    return tuple(found.values())


def _owned_by(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """The models that point to this model, and their foreign keys."""
    for relation in model._meta.related_objects:
        pointing: Any = relation.related_model
        # A merged record is not a row of the file.
        if pointing._meta.managed and pointing is not Patient:
            yield pointing, relation.field.name
