"""The form with which a logo is uploaded: a form of its own, so that no other field can hold up a picture."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from clinic.logo.uploaded_logo import Picture, read_logo


class LogoForm(forms.Form):
    """A picture to upload."""

    upload = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("PNG or JPEG, up to 2 MB and 4000 by 4000 pixels."),
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg"}),
        error_messages={"required": gettext_lazy("Choose a picture.")},
    )

    def clean_upload(self) -> Picture:
        """The picture as it would be kept."""
        return read_logo(self.cleaned_data["upload"])
