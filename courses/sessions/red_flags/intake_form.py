"""The red-flag checklist of the intake: the whole list, with the questions asked only at intake."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import cached_property

from clinic.models import Membership
from courses.models import RedFlag, RedFlagReport
from courses.sessions.red_flags.fields import RedFlagFields
from courses.sessions.red_flags.recording import report_red_flags
from patients.models import Patient


class IntakeFlagsForm(RedFlagFields, forms.Form):
    """Asked once before a patient is treated; nothing is preselected."""

    flags_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, flags: Iterable[RedFlag]) -> None:
        super().__init__(data, initial={"flags_key": uuid.uuid4()})
        self.add_flag_fields(flags)

    def clean(self) -> dict[str, Any]:
        """Some must be ticked, or “none of these”."""
        values = super().clean() or {}
        for field, message in self.flag_errors(values, []).items():
            self.add_error(field, message)
        return values

    def report(self, patient: Patient, *, by: Membership, at: datetime) -> list[RedFlagReport]:
        """Every yes as a report with all consequences, even if the form has errors."""
        self.is_valid()
        return report_red_flags(
            patient=patient,
            course=patient.courses.open().first(),
            flags=self.ticked(self.cleaned_data),
            form_key=self.key,
            by=by,
            at=at,
        )

    @cached_property
    def key(self) -> uuid.UUID:
        """The form's key; a missing one is made once."""
        try:
            return uuid.UUID(str(self["flags_key"].value()))
        except ValueError:
            return uuid.uuid4()
