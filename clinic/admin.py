"""The foundation's screens: what every admin page shares, the clinic's settings, its staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.account.forms import ResetForm
from clinic.account.two_factor import reset_two_factor, resets_of
from clinic.forms import AddressForm, ClinicForm, DutyForm, InvitationForm, MemberForm
from clinic.inlines import HolidayInline, OpeningHoursInline
from clinic.lists.choices import LabelledChoiceField
from clinic.lists.filters import FiltersAsOffered, OwnClinicFilter
from clinic.models import Clinic, Duty, Membership, Role
from clinic.people.addresses import correct_address, is_unused
from clinic.people.invite_admin import InvitesOnce
from clinic.people.rota import duty_gaps
from clinic.people.staff import deactivate_member, invite_member, reactivate_member, send_invitation
from clinic.posting.stale_admin import MergesStalePages
from clinic.typed.fields import TypedFieldsMixin


class ClinicScopedAdmin(TypedFieldsMixin, FiltersAsOffered, MergesStalePages):
    """Shows and links only rows of the clinic one works in; a row of another clinic does not exist."""

    exclude = ("clinic",)
    # What an empty list says: what would stand here, and where it comes from.
    empty_text: ClassVar[Any] = gettext_lazy("Nothing yet.")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows the active membership may see."""
        rows: models.QuerySet[Any] = self.model._default_manager.visible_to(active_membership(request.user))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by a row of another table offer rows of this clinic."""
        return [(one, OwnClinicFilter) if self._names_a_row(one) else one for one in self.list_filter]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> models.Model:
        """The row, or 404: the stock admin would redirect and so tell that the number is free."""
        row: models.Model | None = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A picker picks: the stock one would add and change other rows in windows of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Pickers offer rows of this clinic, each by what tells it from its like."""
        self._narrow(db_field, request, kwargs)
        kwargs.setdefault("form_class", LabelledChoiceField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Pickers offer rows of this clinic."""
        self._narrow(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new row belongs to the clinic one works in."""
        if not change:
            obj.clinic = active_membership(request.user).clinic
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted, but what a subclass allows."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Named after what it lists."""
        title = capfirst(self.opts.verbose_name_plural)
        more = {"title": title, "empty_text": self.empty_text}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def require(self, request: HttpRequest, permission: str) -> Membership:
        """The active membership, if it has the right; 403 otherwise."""
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return active_membership(request.user)

    def row(self, request: HttpRequest, pk: int) -> Any:
        """One visible row by its key, or 404."""
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """A page of one's own in the admin's frame."""
        base = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**base, **context})

    def _names_a_row(self, name: Any) -> bool:
        return isinstance(name, str) and self.opts.get_field(name).is_relation

    def _narrow(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        manager = db_field.remote_field.model._default_manager
        if "queryset" not in kwargs and hasattr(manager.get_queryset(), "visible_to"):
            kwargs["queryset"] = manager.visible_to(active_membership(request.user))


class ClinicAdmin(ClinicScopedAdmin):
    """The clinic's own settings; the list is skipped, there is only one's own clinic."""

    exclude = ()  # type: ignore[assignment]  # a clinic belongs to no clinic
    form = ClinicForm
    inlines = [OpeningHoursInline, HolidayInline]
    fieldsets = [
        (None, {"fields": ["name", "country", "zone", "phone", "reply_to"]}),
        (gettext_lazy("Emergencies"), {"fields": ["emergency_number", "emergency_wording"]}),
        (gettext_lazy("Alerts"), {"fields": ["escalation_chain"]}),
        (gettext_lazy("Mail to patients"), {"fields": ["is_day3_asked"]}),
        (gettext_lazy("Signing in"), {"fields": ["idle_minutes", "two_factor_grace_days"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The clinic one works in."""
        return Clinic.objects.filter(pk=active_membership(request.user).clinic_id)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Straight to one's own clinic."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(
            reverse("admin:clinic_clinic_change", args=[active_membership(request.user).clinic_id])
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A clinic belongs to no clinic. Only what is another value is written."""
        stored = Clinic.objects.get(pk=obj.pk)
        form.zone_before = stored.zone
        names = [name for name in form.fields if getattr(stored, name) != getattr(obj, name)]
        if names:
            obj.save(update_fields=names)


@admin.register(Duty)
class DutyAdmin(ClinicScopedAdmin):
    """Who answers when, and the gaps in between."""

    form = DutyForm

    DAYS_AHEAD = 28
    change_list_template = "clinic/admin/duty_list.html"
    actions = None
    list_display = ("member", "starts_at", "ends_at")
    list_select_related = ("member__user",)
    date_hierarchy = None
    fields = ("member", "starts_at", "ends_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """What is over leaves the list."""
        return super().get_queryset(request).filter(ends_at__gte=timezone.now())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Those who may answer an alert."""
        members = Membership.objects.visible_to(active_membership(request.user)).active()
        roles = (Role.PRACTITIONER, Role.LEAD, Role.MANAGER)
        kwargs["queryset"] = members.with_role(*roles).select_related("user")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """That knows whose clock its times were typed by."""
        made = super().get_form(request, obj, change, **kwargs)
        return type("ClinicDutyForm", (made,), {"clinic": active_membership(request.user).clinic})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A plan may change; who was told of an alert stands in the alert."""
        return request.user.has_perm("clinic.delete_duty")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the gaps of the coming weeks."""
        clinic, now = active_membership(request.user).clinic, timezone.now()
        gaps = duty_gaps(clinic, since=now, until=now + timedelta(days=self.DAYS_AHEAD))
        has_rota = clinic.duties.exists()
        more = {"gaps": gaps, "has_rota": has_rota, "days_ahead": self.DAYS_AHEAD}
        return super().changelist_view(request, {**more, **(extra_context or {})})


@admin.register(Membership)
class MembershipAdmin(InvitesOnce, ClinicScopedAdmin):
    """Staff: invited, changed, deactivated."""

    list_display = (
        "__str__",
        "role",
        "licence_number",
        "licence_expires_on",
        "supervision",
        "works_here",
    )
    list_filter = ("role",)
    list_select_related = ("user", "supervisor__user")
    search_fields = ("user__first_name", "user__last_name", "user__username")
    change_form_template = "clinic/admin/member.html"

    @admin.display(description=gettext_lazy("works here"))
    def works_here(self, member: Membership) -> str:
        """Whether the member is active."""
        if member.is_pending and member.deactivated_at is None:
            return _("invited, not accepted yet")
        return _("yes") if member.is_active else _("no longer")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """An invitation for a new member."""
        kwargs["form"] = MemberForm if change else InvitationForm
        made: type[ModelForm[Any]] = super().get_form(request, obj, change, **kwargs)
        clinic = active_membership(request.user).clinic
        return made if change else type("ClinicInvitationForm", (made,), {"clinic": clinic})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The person first, then the licence."""
        person = ["role"] if obj else ["first_name", "last_name", "username", "email", "role"]
        licence = ["licence_number", "licence_expires_on", "practising_since", "is_supervised", "supervisor"]
        return [(None, {"fields": person}), (gettext_lazy("Licence and supervision"), {"fields": licence})]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new member is invited by mail."""
        if change:
            obj.save()
            return
        clinic = active_membership(request.user).clinic
        invited = invite_member(clinic=clinic, at=timezone.now(), **form.invitation())
        obj.pk, obj.user, obj.clinic, obj.uuid = invited.pk, invited.user, invited.clinic, invited.uuid
        obj._state.adding = False
        messages.success(
            request, _("The invitation will be emailed to %(email)s.") % {"email": invited.user.email}
        )

    def get_urls(self) -> list[URLPattern]:
        """Deactivation and a second invitation beside the stock pages."""
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"clinic_membership_{name}")
            for name, view in (
                ("deactivate", self.deactivate),
                ("reactivate", self.reactivate),
                ("invite", self.invite_again),
                ("address", self.address),
                ("two_factor", self.two_factor),
            )
        ]
        return [*own, *super().get_urls()]

    def deactivate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close the door."""
        told = _(
            "Deactivated: no access to this clinic, no alerts. "
            "What they acknowledged is open again within a minute. "
            "Hand their open courses over to a colleague, and fill the rota."
        )
        return self._do(request, pk, lambda member: deactivate_member(member, at=timezone.now()), told)

    def reactivate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open it again."""
        return self._do(request, pk, reactivate_member, _("Works here again."))

    def invite_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the invitation once more."""
        return self._do(
            request, pk, lambda member: send_invitation(member, at=timezone.now()), _("Invitation sent.")
        )

    def address(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Correct where the mail goes."""
        by, member = self.require(request, "clinic.change_membership"), self.row(request, pk)
        form = AddressForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                correct_address(member, by=by, at=timezone.now(), **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("This clinic's mail goes to the new address from now on."))
                return HttpResponseRedirect(reverse("admin:clinic_membership_change", args=[pk]))
        changes = member.address_changes.select_related("changed_by__user")
        context = {"member": member, "is_unused": is_unused(member), "form": form, "changes": changes}
        titles = {"title": _("Where mail goes"), "action": _("Correct the address")}
        return self.page(request, "clinic/admin/address.html", {**context, **titles})

    def two_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reset the second factor of a colleague who lost it."""
        by, member = self.require(request, "clinic.reset_two_factor"), self.row(request, pk)
        form = ResetForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                reset_two_factor(member, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                told = _("Two-factor sign-in was reset. %(who)s will be emailed.")
                messages.success(request, told % {"who": member})
                return HttpResponseRedirect(reverse("admin:clinic_membership_change", args=[pk]))
        context = {"member": member, "form": form, "resets": resets_of(member)}
        titles = {"title": _("Reset two-factor sign-in"), "action": _("Reset two-factor sign-in")}
        return self.page(request, "clinic/admin/two_factor.html", {**context, **titles})

    def _do(self, request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
        self.require(request, "clinic.change_membership")
        member = self.row(request, pk)
        if request.method == "POST":
            try:
                act(member)
                messages.success(request, done)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("admin:clinic_membership_change", args=[pk]))
