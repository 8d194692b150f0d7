"""Inline forms on the clinic's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clinic.models import Clinic, Holiday, OpeningHours
from clinic.posting.stale_admin import MergedInline
from clinic.typed.fields import TypedFieldsMixin


class OpeningHoursInline(TypedFieldsMixin, MergedInline):
    """When the clinic is open."""

    model = OpeningHours
    template = "clinic/admin/inline_table.html"

    def get_extra(self, request: HttpRequest, obj: Clinic | None = None, **kwargs: Any) -> int:
        """One row for each weekday, and two more for days with a break."""
        return max(2, 7 - (obj.opening_hours.count() if obj else 0))


class HolidayInline(TypedFieldsMixin, MergedInline):
    """Days on which the clinic is closed."""

    model = Holiday
    template = "clinic/admin/inline_table.html"
    extra = 2
