"""How lists show whether a clinician has confirmed clinical content."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@admin.display(description=gettext_lazy("clinical sign-off"), ordering="needs_sign_off")
def sign_off(row: Any) -> str:
    """The state in words, because a green tick beside an open task would be misread."""
    return _("needed") if row.needs_sign_off else _("given")
