"""The addressee of a letter, and the text beside the facts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.typed.names import NameField


class LetterForm(forms.Form):
    """The author's own words; the facts are filled in by the software."""

    addressee = NameField(label=_("To"), max_length=200, help_text=_("Name of the doctor or department."))
    message = forms.CharField(
        label=_("Your words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Printed before the facts. Leave an empty line between paragraphs."),
    )
