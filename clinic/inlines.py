"""Inline forms on the clinic's page."""

from __future__ import annotations

from clinic.models import Holiday
from clinic.posting.stale_admin import MergedInline
from clinic.typed.fields import TypedFieldsMixin


class HolidayInline(TypedFieldsMixin, MergedInline):
    """On which days the clinic is closed."""

    model = Holiday
    template = "clinic/admin/inline_table.html"
    extra = 2
