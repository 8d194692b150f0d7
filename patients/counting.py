"""Which rows a figure counts: those of real patients. A test patient's rows are in none."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from patients.models import Patient

RowsT = TypeVar("RowsT", bound=models.QuerySet)  # type: ignore[type-arg]
# How a row says whom it is about, the nearest first.
STEPS = ("patient", "course", "session", "alert", "check_in")


def counted(rows: RowsT) -> RowsT:
    """The rows that are about real patients."""
    path = path_to_patient(rows.model)
    if path is None:
        raise TypeError(f"{rows.model.__name__} is about no patient")
    return rows.filter(**{f"{path}is_training": False})


def path_to_patient(model: type[models.Model]) -> str | None:
    """How a filter of a model names its patient's columns (`course__patient__`); None where it has no patient."""
    if model is Patient:
        return ""
    for name in STEPS:
        field = next((one for one in model._meta.concrete_fields if one.name == name and one.is_relation), None)
        further = path_to_patient(field.related_model) if field is not None else None  # type: ignore[arg-type]
        if further is not None:
            return f"{name}__{further}"
    return None
