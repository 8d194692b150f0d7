"""Forms that record a consent: the page prints one version of the consent text, and the rows keep that one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from patients.consent_texts import text_in_force
from patients.models import ConsentText
from patients.record_form import RecordForm

SHOWN = "shown_text"
NO_TEXT = gettext_lazy(
    "The consent text is not complete: it does not say how long records are kept. A duty lead can edit it "
    "under Setup > Consent texts. Until then “agrees” cannot be saved; other answers can."
)
TEXT_CHANGED = gettext_lazy(
    "The consent text was changed after these answers were chosen. "
    "Read the text below with the patient, then save again."
)
WHICH_TEXT = gettext_lazy(
    "The consent text may have changed since this page was opened. Read the text below with the patient, then "
    "save again."
)


class ShownVersion(forms.IntegerField):
    """The version that the page prints; never what was sent or drafted beside another one."""

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> Any:
        """A page that is shown again prints the text in force, and carries its version."""
        return initial


class SaysWhichText(RecordForm):
    """A yes needs the text in force, complete, on the page; a no is taken beside any version.

    `text` is what the page prints, `shown` what the page that was sent had printed.
    """

    shown_text = ShownVersion()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text = text_in_force(self.patient.clinic)
        self.shown: ConsentText | None = None
        # For a page that is filled in again after a session ended, with answers chosen beside another version.
        self.fields[SHOWN].widget.attrs["data-changed"] = TEXT_CHANGED

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """No draft says which text this page prints."""
        if field_name == SHOWN:
            return self.text.version if self.text else None
        return super().get_initial_for_field(field, field_name)

    @property
    def is_text_new(self) -> bool:
        """Whether the answers of a draft were chosen beside another version."""
        drafted = self.initial.get(SHOWN)
        return bool(drafted) and (self.text is None or str(drafted) != str(self.text.version))

    def clean(self) -> dict[str, Any]:
        """Refuse a yes to a text that was not read, is not complete or is not in force any more."""
        values = super().clean()
        # Said below, in words: nobody sees a hidden field.
        self.errors.pop(SHOWN, None)
        version = values.get(SHOWN, 0)
        self.shown = ConsentText.objects.for_clinic(self.patient.clinic).filter(version=version).first()
        if self.shown is None and self.text is not None:
            self.add_error(None, WHICH_TEXT)
        elif self.is_yes(values):
            if self.shown != self.text:
                self.add_error(None, TEXT_CHANGED)
            elif self.shown is None or not self.shown.is_usable:
                self.add_error(None, NO_TEXT)
        return values

    def is_yes(self, values: dict[str, Any]) -> bool:
        """Whether the patient agrees to anything that is not on file yet."""
        raise TypeError("each form says what a yes is")
