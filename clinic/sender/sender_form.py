"""The form in which a clinic enters its own sender address."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class SenderForm(forms.Form):
    """The address a clinic wants to send from."""

    address = forms.EmailField(
        label=gettext_lazy("Your own sender address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy(
            "For example clinic@example.org. Leave it empty to send from this installation's address."
        ),
    )
