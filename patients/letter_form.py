"""The form for a specialist's letter, with the document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership
from clinic.typed.dates import EXPIRY, PAST, DayField
from clinic.typed.names import NameField
from patients.documents import Document, read_document
from patients.intake import record_specialist_letter
from patients.record_form import RecordForm


class SpecialistLetterForm(RecordForm):
    """A specialist's letter."""

    title = gettext_lazy("Record a specialist's letter")

    upload = forms.FileField(
        label=gettext_lazy("The document"),
        help_text=gettext_lazy(
            "PDF, PNG or JPEG, up to 10 MB. It is kept privately and opens for clinicians only."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )
    written_by = NameField(label=gettext_lazy("Written by"), max_length=120)
    written_on = DayField(label=gettext_lazy("Written on"), span=PAST)
    expires_on = DayField(label=gettext_lazy("Expires on"), span=EXPIRY, required=False)
    scope = forms.CharField(
        label=gettext_lazy("What it allows"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: everything."),
    )

    def clean_upload(self) -> Document:
        """Check that the file's content matches its kind."""
        return read_document(self.cleaned_data["upload"])

    def clean_written_on(self) -> date:
        """Refuse a letter dated in the future: it cannot clear anybody."""
        written_on: date = self.cleaned_data["written_on"]
        if written_on > timezone.localdate():
            raise ValidationError(_("The letter is dated in the future. Check the date."))
        return written_on

    def clean(self) -> dict[str, Any]:
        """Refuse an expiry date before the date of the letter."""
        values = super().clean() or {}
        written_on, expires_on = values.get("written_on"), values.get("expires_on")
        if written_on and expires_on and expires_on < written_on:
            self.add_error("expires_on", _("The letter must not expire before it was written."))
        return values

    def record(self, *, by: Membership, at: datetime) -> object:
        """File the letter."""
        values = dict(self.cleaned_data)
        document = values.pop("upload")
        return record_specialist_letter(patient=self.patient, document=document, by=by, at=at, **values)
