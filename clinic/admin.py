"""What every admin page shares, and the page of the clinic's settings."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.forms import ClinicForm
from clinic.hours.week_view import WeekView
from clinic.inlines import HolidayInline
from clinic.lists.choices import LabelledChoiceField
from clinic.lists.filters import FiltersAsOffered, OwnClinicFilter
from clinic.logo.logo_admin import LogoPage
from clinic.models import Clinic, Membership
from clinic.posting.stale_admin import MergesStalePages
from clinic.sender.sender_admin import SenderPage
from clinic.typed.fields import TypedFieldsMixin


class ClinicScopedAdmin(TypedFieldsMixin, FiltersAsOffered, MergesStalePages):
    """Shows and links only rows of the user's clinic; rows of other clinics give 404."""

    exclude = ("clinic",)
    # Text for an empty list: what the list will contain and where that comes from.
    empty_text: ClassVar[Any] = gettext_lazy("Nothing yet.")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows that the active membership may see."""
        rows: models.QuerySet[Any] = self.model._default_manager.visible_to(active_membership(request.user))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by another table offer only rows of this clinic."""
        return [(one, OwnClinicFilter) if self._names_a_row(one) else one for one in self.list_filter]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> models.Model:
        """The row, or 404. The stock admin would redirect and so reveal that the number is unused."""
        row: models.Model | None = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A picker without the stock links that add and change other rows in pop-up windows."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Pickers offer only rows of this clinic, with labels that distinguish similar rows."""
        self._narrow(db_field, request, kwargs)
        kwargs.setdefault("form_class", LabelledChoiceField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Pickers offer only rows of this clinic."""
        self._narrow(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Assign a new row to the user's clinic."""
        if not change:
            obj.clinic = active_membership(request.user).clinic
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing can be deleted, unless a subclass allows it."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Use the plural name of the model as the page title."""
        title = capfirst(self.opts.verbose_name_plural)
        more = {"title": title, "empty_text": self.empty_text}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def require(self, request: HttpRequest, permission: str) -> Membership:
        """The active membership if it has the right; otherwise 403."""
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return active_membership(request.user)

    def row(self, request: HttpRequest, pk: int) -> Any:
        """One visible row by its key, or 404."""
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Render a page of our own inside the admin's layout."""
        base = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**base, **context})

    def _names_a_row(self, name: Any) -> bool:
        return isinstance(name, str) and self.opts.get_field(name).is_relation

    def _narrow(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        manager = db_field.remote_field.model._default_manager
        if "queryset" not in kwargs and hasattr(manager.get_queryset(), "visible_to"):
            kwargs["queryset"] = manager.visible_to(active_membership(request.user))


class ClinicAdmin(ClinicScopedAdmin):
    """The clinic's own settings. There is no list, because a user sees only one clinic."""

    exclude = ()  # type: ignore[assignment]  # a clinic belongs to no clinic
    form = ClinicForm
    inlines = [HolidayInline]
    change_form_template = "clinic/admin/clinic.html"
    fieldsets = [
        (None, {"fields": ["name", "country", "zone", "phone", "address", "website", "reply_to"]}),
        (gettext_lazy("Dates and letters"), {"fields": ["clock_hours", "first_weekday", "paper"]}),
        (gettext_lazy("Emergencies"), {"fields": ["emergency_number", "emergency_wording"]}),
        (gettext_lazy("Alerts"), {"fields": ["escalation_chain"]}),
        (gettext_lazy("Mail to patients"), {"fields": ["is_day3_asked"]}),
        (gettext_lazy("Signing in"), {"fields": ["idle_minutes", "two_factor_grace_days"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        """The week of opening hours, the logo and the sender address beside the settings."""
        sender, logo = SenderPage(self), LogoPage(self)
        pages = {
            "hours": WeekView(self).view,
            "sender": sender.view,
            "sender/check": sender.check,
            "logo": logo.view,
            "logo/remove": logo.remove,
        }
        own = [
            path(f"{where}/", self.admin_site.admin_view(view), name=f"clinic_clinic_{where.replace('/', '_')}")
            for where, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The user's clinic."""
        return Clinic.objects.filter(pk=active_membership(request.user).clinic_id)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the user's clinic."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(
            reverse("admin:clinic_clinic_change", args=[active_membership(request.user).clinic_id])
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save only the fields that changed. A clinic row has no clinic of its own."""
        stored = Clinic.objects.get(pk=obj.pk)
        form.zone_before = stored.zone
        names = [name for name in form.fields if getattr(stored, name) != getattr(obj, name)]
        if "emergency_number" in names:
            # Whoever enters a number has looked at it.
            obj.confirmed_emergency_number = obj.emergency_number
            names.append("confirmed_emergency_number")
        if names:
            obj.save(update_fields=names)
