"""How lists say whether clinical content was confirmed by a clinician."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@admin.display(description=gettext_lazy("clinical sign-off"), ordering="needs_sign_off")
def sign_off(row: Any) -> str:
    """In words: a green tick for what is still to be done would be read the wrong way round."""
    return _("needed") if row.needs_sign_off else _("given")
