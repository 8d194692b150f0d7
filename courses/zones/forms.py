"""What should stay as it is when the clinic's time zone changes."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from courses.zones.effects import Keep


class KeepForm(forms.Form):
    """The answer, and what the user had seen before it."""

    keep = forms.ChoiceField(
        label=gettext_lazy("What should stay the same?"),
        choices=Keep.choices,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    seen = forms.CharField(required=False)
