"""The form for correcting a record of the file."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.typed.fields import typed_formfield
from patients.file_corrections import FIELDS, Subject
from patients.identity.before_birth import refuse_before_birth


class FileCorrectionForm(forms.ModelForm[models.Model]):
    """The record's current fields, and the reason for the correction."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason for the correction"),
        max_length=300,
        help_text=_("Required. The original stays on file."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse dates before the patient's birth."""
        values = super().clean()
        about: Any = self.instance
        refuse_before_birth(self, (about.assessment if hasattr(about, "assessment") else about).patient.birth)
        return self.cleaned_data if values is None else values

    def facts(self) -> dict[str, Any]:
        """The fields, without the reason and the version."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"reason", "version"}}


def correction_form(subject: Subject) -> type[FileCorrectionForm]:
    """The form for one kind of record."""
    model, fields = FIELDS[subject]
    made = forms.modelform_factory(
        model, form=FileCorrectionForm, fields=fields, formfield_callback=typed_formfield
    )
    return cast(type[FileCorrectionForm], made)
