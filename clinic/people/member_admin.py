"""The staff's screen: invite, deactivate, correct an address, reset the second factor."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.account.forms import ResetForm
from clinic.account.two_factor import reset_two_factor, resets_of
from clinic.admin import ClinicScopedAdmin
from clinic.models import Membership
from clinic.people.address_change import correct_address, is_unused
from clinic.people.invite_admin import InvitesOnce
from clinic.people.lacking import licence_gap, licence_words
from clinic.people.lead_admin import LeadPages, RoleFilter
from clinic.people.leaving import invite_again
from clinic.people.member_forms import AddressForm, InvitationForm, MemberForm
from clinic.people.naming import rename_member
from clinic.people.staff import change_member, invite_member


@admin.register(Membership)
class MembershipAdmin(InvitesOnce, LeadPages, ClinicScopedAdmin):
    """Staff: invite, change, deactivate."""

    list_display = (
        "__str__",
        "works_as",
        "licence",
        "supervision",
        "works_here",
    )
    list_filter = (RoleFilter,)
    list_select_related = ("user", "supervisor__user")
    search_fields = ("user__first_name", "user__last_name", "user__username")
    change_form_template = "clinic/admin/member.html"
    change_list_template = "clinic/admin/member_list.html"

    @admin.display(description=gettext_lazy("roles"), ordering="role")
    def works_as(self, member: Membership) -> str:
        """All roles; of whoever stands in for the lead, that too."""
        if member.stands_in_since is None:
            return member.roles_text
        return _("%(roles)s, stands in for the duty lead") % {"roles": member.roles_text}

    @admin.display(description=gettext_lazy("licence"), ordering="licence_expires_on", empty_value="–")
    def licence(self, member: Membership) -> str | None:
        """The licence, or what is wrong with it; a dash for whoever does not treat."""
        return licence_words(member, on=timezone.localdate())

    @admin.display(description=gettext_lazy("works here"))
    def works_here(self, member: Membership) -> str:
        """Whether the member is active."""
        if member.is_pending and member.deactivated_at is None:
            return _("invited, not accepted yet")
        return _("yes") if member.is_active else _("no longer")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """The invitation form for a new member."""
        kwargs["form"] = MemberForm if change else InvitationForm
        made: type[ModelForm[Any]] = super().get_form(request, obj, change, **kwargs)
        clinic = active_membership(request.user).clinic
        return made if change else type("ClinicInvitationForm", (made,), {"clinic": clinic})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The person first, then the licence."""
        person = ["first_name", "last_name", "role", "more_roles", "without_lead"]
        if obj is None:
            person = ["first_name", "last_name", "username", "email", "role", "more_roles"]
        elif not self.has_change_permission(request, obj):
            person = ["works_as"]
        licence = ["licence_number", "licence_expires_on", "practising_since", "is_supervised", "supervisor"]
        return [(None, {"fields": person}), (gettext_lazy("Licence and supervision"), {"fields": licence})]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Invite a new member by mail."""
        by, at = active_membership(request.user), timezone.now()
        if change:
            change_member(obj, by=by, at=at)
            names = {name: form.cleaned_data[name] for name in ("first_name", "last_name")}
            rename_member(obj, by=by, at=at, **names)
            self._warn_of_licence(request, obj)
            return
        invited = invite_member(clinic=by.clinic, by=by, at=at, **form.invitation())
        obj.pk, obj.user, obj.clinic, obj.uuid = invited.pk, invited.user, invited.clinic, invited.uuid
        obj._state.adding = False
        messages.success(
            request, _("The invitation will be emailed to %(email)s.") % {"email": invited.user.email}
        )
        self._warn_of_licence(request, invited)

    def get_urls(self) -> list[URLPattern]:
        """Pages to deactivate, to invite again and others, beside the stock pages."""
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

    def invite_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the invitation again."""

        def act(member: Membership) -> str:
            invite_again(member, at=timezone.now())
            return _("The invitation will be emailed to %(email)s.") % {"email": member.user.email}

        return self.do(request, pk, act)

    def address(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Correct the email address."""
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
                sentence = _("Two-factor sign-in was reset. %(who)s will be emailed.")
                messages.success(request, sentence % {"who": member})
                return HttpResponseRedirect(reverse("admin:clinic_membership_change", args=[pk]))
        context = {"member": member, "form": form, "resets": resets_of(member)}
        titles = {"title": _("Reset two-factor sign-in"), "action": _("Reset two-factor sign-in")}
        return self.page(request, "clinic/admin/two_factor.html", {**context, **titles})

    def _warn_of_licence(self, request: HttpRequest, member: Membership) -> None:
        """That a colleague who treats cannot be booked for needling yet."""
        gap = licence_gap(member, on=timezone.localdate(), reader=active_membership(request.user))
        if gap is not None:
            messages.warning(request, gap.words)
