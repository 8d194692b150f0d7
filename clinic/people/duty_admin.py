"""The rota's screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.forms import DutyForm
from clinic.models import Duty, Membership, Role
from clinic.people.rota import duty_gaps


@admin.register(Duty)
class DutyAdmin(ClinicScopedAdmin):
    """Who answers alerts when, and the gaps in between."""

    form = DutyForm

    DAYS_AHEAD = 28
    change_list_template = "clinic/admin/duty_list.html"
    actions = None
    list_display = ("member", "starts_at", "ends_at")
    list_select_related = ("member__user",)
    date_hierarchy = None
    fields = ("member", "starts_at", "ends_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out duties that are over."""
        return super().get_queryset(request).filter(ends_at__gte=timezone.now())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer those who may answer an alert."""
        members = Membership.objects.visible_to(active_membership(request.user)).active()
        roles = (Role.PRACTITIONER, Role.LEAD, Role.MANAGER)
        kwargs["queryset"] = members.with_role(*roles).select_related("user")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A form that knows the clinic whose clock its times use."""
        made = super().get_form(request, obj, change, **kwargs)
        return type("ClinicDutyForm", (made,), {"clinic": active_membership(request.user).clinic})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A duty may be deleted, because it is a plan; the alert records who was alerted."""
        return request.user.has_perm("clinic.delete_duty")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Add the gaps of the coming weeks."""
        clinic, now = active_membership(request.user).clinic, timezone.now()
        gaps = duty_gaps(clinic, since=now, until=now + timedelta(days=self.DAYS_AHEAD))
        has_rota = clinic.duties.exists()
        more = {"gaps": gaps, "has_rota": has_rota, "days_ahead": self.DAYS_AHEAD}
        return super().changelist_view(request, {**more, **(extra_context or {})})
