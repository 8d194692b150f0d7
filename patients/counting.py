"""Which rows a figure counts: only those of real patients, never a test patient's."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from patients.models import Patient

RowsT = TypeVar("RowsT", bound=models.QuerySet)  # type: ignore[type-arg]
# The paths from a row to its patient, the shortest first.
STEPS = ("patient", "course", "session", "alert", "check_in")


def counted(rows: RowsT) -> RowsT:
    """The rows of real patients."""
    path = path_to_patient(rows.model)
    if path is None:
        raise TypeError(f"{rows.model.__name__} is about no patient")
    return rows.filter(**{f"{path}is_training": False})


def path_to_patient(model: type[models.Model]) -> str | None:
    """The filter path from a model to its patient's columns (`course__patient__`); None if it has no patient."""
    if model is Patient:
        return ""
    for name in STEPS:
        field = next((one for one in model._meta.concrete_fields if one.name == name and one.is_relation), None)
        further = path_to_patient(field.related_model) if field is not None else None  # type: ignore[arg-type]
        if further is not None:
            return f"{name}__{further}"
    return None
