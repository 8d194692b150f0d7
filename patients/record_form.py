"""What all forms that write into a patient's file share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise

from clinic.models import Membership
from patients.identity.before_birth import refuse_before_birth
from patients.models import Patient


class RecordForm(forms.Form):
    """An entry in a patient's file, made by somebody at a time."""

    title: str | Promise = ""

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        self.patient = patient
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuse dates before the patient's birth."""
        values = super().clean()
        refuse_before_birth(self, self.patient.birth)
        return self.cleaned_data if values is None else values

    def record(self, *, by: Membership, at: datetime) -> object:
        """Write it."""
        raise TypeError("each form says how it is recorded")
