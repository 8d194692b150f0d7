"""Rows on the clinic's page."""

from __future__ import annotations

from django.contrib import admin

from clinic.models import Holiday, OpeningHours
from clinic.typed_fields import TypedFieldsMixin


class OpeningHoursInline(TypedFieldsMixin, admin.TabularInline):  # type: ignore[type-arg]
    """When the clinic is open."""

    model = OpeningHours
    template = "clinic/admin/inline_table.html"
    extra = 2


class HolidayInline(TypedFieldsMixin, admin.TabularInline):  # type: ignore[type-arg]
    """When it is closed."""

    model = Holiday
    template = "clinic/admin/inline_table.html"
    extra = 2
