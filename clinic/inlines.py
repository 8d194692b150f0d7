"""Rows on the clinic's page."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db import models

from clinic.models import Holiday, OpeningHours
from clinic.posting.stale_admin import MergedInline

# The browser's own pickers: no seconds to type, a date as people of the place write it, no script.
DATE = {"form_class": forms.DateField, "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
TIME = {"form_class": forms.TimeField, "widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
PICKERS: dict[Any, Any] = {models.DateField: DATE, models.TimeField: TIME}


class OpeningHoursInline(MergedInline):
    """When the clinic is open."""

    model = OpeningHours
    template = "clinic/admin/inline_table.html"
    extra = 2
    formfield_overrides: ClassVar[dict[Any, Any]] = PICKERS


class HolidayInline(MergedInline):
    """When it is closed."""

    model = Holiday
    template = "clinic/admin/inline_table.html"
    extra = 2
    formfield_overrides: ClassVar[dict[Any, Any]] = PICKERS
