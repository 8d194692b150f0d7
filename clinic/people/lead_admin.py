"""The part of the staff pages about leads: the last one leaves, a manager stands in. And whoever leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.models import MemberEvent, Role
from clinic.people.lead_cover import (
    end_standing_in,
    is_last_lead,
    last_lead_words,
    leads_of,
    may_stand_in,
    stand_in,
)
from clinic.people.member_forms import StandInForm
from clinic.people.staff import deactivate_member

if TYPE_CHECKING:
    from clinic.admin import ClinicScopedAdmin

    Base = ClinicScopedAdmin
else:
    Base = object


class RoleFilter(admin.SimpleListFilter):
    """Members with a role, whether it is their main one or not."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every role."""
        return [(role.value, str(role.label)) for role in Role]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Those who have it."""
        value = self.value()
        return queryset.with_role(Role(value)) if value in Role.values else queryset  # type: ignore[attr-defined]


class LeadPages(Base):
    """Deactivating, with a warning before the last lead goes; standing in for a lead."""

    def get_urls(self) -> list[URLPattern]:
        """One page for all managers."""
        own = path("stand-in/", self.admin_site.admin_view(self.stand_in), name="clinic_membership_stand_in")
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Says that nobody leads here, to those who can change it."""
        own = active_membership(request.user)
        more = {"has_no_lead": own.is_leading and not leads_of(own.clinic).exists()}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With what changed before."""
        events = MemberEvent.objects.visible_to(active_membership(request.user)).filter(
            member=int(object_id) if object_id.isdecimal() else None
        )
        more = {"events": events.select_related("done_by__user")}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def deactivate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close the door; of the last lead, once more asked."""
        by, member = self.require(request, "clinic.change_membership"), self.row(request, pk)
        is_meant = request.POST.get("without_lead") == "on"
        if request.method == "POST" and not is_meant and is_last_lead(member):
            context = {"member": member, "words": last_lead_words(member), "title": _("The last duty lead")}
            return self.page(request, "clinic/admin/last_lead.html", context)
        sentence = _(
            "Deactivated: no access to this clinic, no alerts. "
            "What they acknowledged is open again within a minute. "
            "Hand their open courses over to a colleague, and fill the rota."
        )
        return self.do(request, pk, lambda member: deactivate_member(member, by=by, at=timezone.now()), sentence)

    def stand_in(self, request: HttpRequest) -> HttpResponse:
        """A manager gives a reason and does what otherwise a lead does, or ends it."""
        own = self.require(request, "clinic.change_membership")
        form = StandInForm(request.POST if request.method == "POST" and "end" not in request.POST else None)
        if request.method == "POST" and "end" in request.POST:
            end_standing_in(own, by=own, at=timezone.now())
            messages.success(request, _("You no longer stand in for the duty lead."))
            return HttpResponseRedirect(request.path)
        if form.is_bound and form.is_valid():
            try:
                stand_in(own, reason=form.cleaned_data["reason"], at=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("You stand in for the duty lead now. Your reason was saved."))
                return HttpResponseRedirect(request.path)
        events = MemberEvent.objects.visible_to(own).filter(
            kind__in=(MemberEvent.Kind.STANDS_IN, MemberEvent.Kind.STOOD_IN)
        )
        context = {
            "form": form,
            "own": own,
            "leads": leads_of(own.clinic),
            "may_stand_in": may_stand_in(own),
            "events": events.select_related("done_by__user", "member__user")[:20],
            "title": _("Stand in for the duty lead"),
        }
        return self.page(request, "clinic/admin/stand_in.html", context)

    def do(self, request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
        """One act on a member, and back to the member's page with what came of it."""
        self.require(request, "clinic.change_membership")
        member = self.row(request, pk)
        if request.method == "POST":
            try:
                act(member)
                messages.success(request, done)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("admin:clinic_membership_change", args=[pk]))
