"""The clinic's lists: plans, points, red flags, measures."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from clinic.admin import ClinicScopedAdmin
from clinic.sign_off import sign_off
from clinic.typed_fields import TYPED
from courses.models import AftercareMeasure, Measure, MeasureThreshold, Point, Protocol, RedFlag


@admin.register(Protocol)
class ProtocolAdmin(ClinicScopedAdmin):
    """Preset plans, editable, each with its source."""

    list_display = ("name", "n_sessions", "n_weeks", "is_offered", sign_off)
    list_filter = ("is_offered", "needs_sign_off")
    # Ticks need no script and can be read aloud; the stock picker of two lists cannot.
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        **TYPED,
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }
    prepopulated_fields = {"code": ("name",)}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Only for a new plan."""
        return {} if obj else super().get_prepopulated_fields(request, obj)


@admin.register(Point)
class PointAdmin(ClinicScopedAdmin):
    """The catalogue of points."""

    list_display = ("code", "pinyin", "place", "risk", "advice", sign_off)
    list_filter = ("risk", "needs_sign_off")
    search_fields = ("code", "pinyin")


@admin.register(AftercareMeasure)
class AftercareMeasureAdmin(ClinicScopedAdmin):
    """What may be given to take home, and what forbids it."""

    list_display = ("name", "way", "blocked_by", "cautioned_by", "is_offered", sign_off)
    list_filter = ("is_offered", "needs_sign_off")


@admin.register(RedFlag)
class RedFlagAdmin(ClinicScopedAdmin):
    """The list of red flags as it is asked; none can be removed."""

    list_display = ("wording", "level", "follow_up", "asked", sign_off)
    list_filter = ("level", "asked", "needs_sign_off")
    search_fields = ("code", "wording")

    def get_queryset(self, request: HttpRequest) -> Any:
        """The wording in force."""
        return super().get_queryset(request).filter(replaced_at=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The list is shipped."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Read only until a new wording can be signed off as a version of its own."""
        return False


@admin.register(Measure)
class MeasureAdmin(ClinicScopedAdmin):
    """Which measures stand on the form, with licence and source."""

    list_display = ("code", "is_offered", "licence", sign_off)
    readonly_fields = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The list is shipped."""
        return False


@admin.register(MeasureThreshold)
class MeasureThresholdAdmin(ClinicScopedAdmin):
    """What a change means, with its source."""

    list_display = ("code", "for_type", "noticed", "sure", "source", sign_off)
    list_filter = ("needs_sign_off",)
    readonly_fields = ("code", "for_type")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The list is shipped."""
        return False
