"""The part of the staff pages about leads: the last one leaves, a manager stands in. And whoever leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.models import MemberEvent, Membership, Role
from clinic.people.lead_cover import (
    end_standing_in,
    last_lead_words,
    leads_of,
    lock_staff,
    may_stand_in,
    stand_in,
)
from clinic.people.leaving import (
    AlreadyDone,
    LastLead,
    deactivate_member,
    is_invitation_open,
    reactivate_member,
    version_of,
    words_after_leaving,
    words_after_return,
)
from clinic.people.member_forms import StandInForm

if TYPE_CHECKING:
    from clinic.admin import ClinicScopedAdmin

    Base = ClinicScopedAdmin
else:
    Base = object


# The hidden field with the state that the page showed.
VERSION = "member_version"


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
        """With what changed before, and the version that the page shows."""
        own, pk = active_membership(request.user), int(object_id) if object_id.isdecimal() else 0
        events = MemberEvent.objects.visible_to(own).filter(member=pk)
        more: dict[str, Any] = {"events": events.select_related("done_by__user")}
        member = Membership.objects.visible_to(own).select_related("user", "clinic").filter(pk=pk).first()
        if member is not None:
            more |= {"version": version_of(member), "is_invitation_open": is_invitation_open(member)}
            more["is_own"] = member.user_id == own.user_id
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The member; while a form is checked, after everybody else who changes the staff."""
        if request.method == "POST" and connection.in_atomic_block:
            lock_staff(active_membership(request.user).clinic)
        return super().get_object(request, object_id, from_field)

    def deactivate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End a member's access; for the last lead, ask once more."""
        by, at = active_membership(request.user), timezone.now()
        seen, is_meant = request.POST.get(VERSION, ""), request.POST.get("without_lead") == "on"

        def act(member: Membership) -> str:
            deactivate_member(member, by=by, at=at, seen=seen, is_lead_needed=not is_meant)
            return words_after_leaving(member, at=at)

        try:
            return self.do(request, pk, act)
        except LastLead:
            member = self.row(request, pk)
            context = {"member": member, "words": last_lead_words(member), "version": version_of(member)}
            return self.page(request, "clinic/admin/last_lead.html", {**context, "title": _("The last duty lead")})

    def reactivate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Restore a member's access."""
        by, seen = active_membership(request.user), request.POST.get(VERSION, "")

        def act(member: Membership) -> str:
            reactivate_member(member, by=by, at=timezone.now(), seen=seen)
            return words_after_return(member)

        return self.do(request, pk, act)

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

    def do(self, request: HttpRequest, pk: int, act: Callable[[Membership], str]) -> HttpResponse:
        """One act on a member, and back to the member's page with what came of it."""
        self.require(request, "clinic.change_membership")
        member = self.row(request, pk)
        if request.method == "POST":
            try:
                messages.success(request, act(member))
            except AlreadyDone as done:
                messages.info(request, str(done))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("admin:clinic_membership_change", args=[pk]))
