"""Rows on the clinic's page."""

from __future__ import annotations

from clinic.models import Holiday, OpeningHours
from clinic.posting.stale_admin import MergedInline
from clinic.typed_fields import TypedFieldsMixin


class OpeningHoursInline(TypedFieldsMixin, MergedInline):
    """When the clinic is open."""

    model = OpeningHours
    template = "clinic/admin/inline_table.html"
    extra = 2


class HolidayInline(TypedFieldsMixin, MergedInline):
    """When it is closed."""

    model = Holiday
    template = "clinic/admin/inline_table.html"
    extra = 2
