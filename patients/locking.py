"""Whoever writes on a patient takes the patient's lock first, before any lock of the clinic or of another row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from patients.models import Patient


def lock_patient(patient: Patient) -> None:
    """Wait until nobody else writes on the patient; held until the transaction ends."""
    lock_patients([patient.pk])


def lock_patients(patients: Collection[int] | QuerySet[Any, Any]) -> None:
    """The same for several, by key or by a query; in one order, so that two who ask never wait in a circle."""
    rows = Patient.objects.filter(pk__in=patients).select_for_update().order_by("pk")
    list(rows.values_list("pk"))
