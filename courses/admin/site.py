"""The staff site: the Django admin with the page Today as its index."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership, to_sign_in
from clinic.country.contact import wrong_numbers
from clinic.country.script_formats import ScriptCatalog
from clinic.models import Membership
from clinic.people.lacking import missing_here
from courses.admin.navigation import navigation
from courses.admin.practice_pages import PracticePages
from courses.admin.setup import clinic_pages, setup_groups
from courses.admin.setup_steps import RIGHT, SetupSteps
from courses.admin.today import today
from courses.alerts.audit.faults import open_faults
from courses.alerts.inbox import waiting
from courses.alerts.reached.late import late_alerts
from courses.day_one.checklist import Checklist, checklist, is_needed


class StaffAdminSite(AdminSite):
    """The admin in our own layout: sign-in through allauth, open to any active member."""

    site_header = site_title = "Healing Curve"
    index_title = gettext_lazy("Today")
    enable_nav_sidebar = False
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user works in a clinic; a user without one sees nothing here."""
        if request.user.is_authenticated:
            active_membership(request.user)
        return request.user.is_authenticated

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the sign-in page."""
        return to_sign_in(request, back_to=request.GET.get("next", reverse("admin:index")))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """Redirect to the sign-out page."""
        return HttpResponseRedirect(resolve_url("account_logout"))

    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Words and formats for the stock scripts."""
        # A catalogue is never streamed.
        return cast(HttpResponse, ScriptCatalog.as_view(packages=["django.contrib.admin"])(request))

    def get_urls(self) -> list[Any]:
        """The set-up page, beside the stock pages."""
        own = [path("setup/", self.admin_view(self.setup), name="setup")]
        return [*own, *SetupSteps(self).urls(), *PracticePages(self).urls(), *super().get_urls()]

    def setup(self, request: HttpRequest) -> HttpResponse:
        """The clinic's settings, staff, plans, points and lists."""
        own = clinic_pages() if request.user.has_perm(RIGHT) else ()
        groups = setup_groups(self.get_app_list(request), own=own)
        context = {**self.each_context(request), "title": _("Setup"), "groups": groups}
        return TemplateResponse(request, "courses/admin/setup.html", context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """The context of every page: navigation, number of open alerts, and unanswered ones.

        Leaves out the stock list of apps, which none of our pages shows and which is slow to build.
        """
        context: dict[str, Any] = {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": self.site_url,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "is_nav_sidebar_enabled": False,
        }
        if context["has_permission"]:
            membership = active_membership(request.user)
            now = waiting(membership)
            context["navigation"] = navigation(request, n_open=now.n_open)
            context["unanswered"], context["faults"] = now.unanswered, open_faults(membership)
            if request.user.has_perm("clinic.change_clinic"):
                context["wrong_numbers"] = wrong_numbers(membership.clinic)
            context["unreached"] = late_alerts(membership.clinic, at=timezone.now())
        return context

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Today."""
        membership, at = active_membership(request.user), timezone.now()
        day = today(membership, at=at)
        context = {
            **self.each_context(request),
            "title": _("Today"),
            "today": day,
            "now": at,
            "setup": _setup(request, membership, at=at),
            "lacks": missing_here(membership, on=membership.clinic.local(at).date()) if not day.visits else [],
            "may_read": request.user.has_perm("courses.view_session"),
            "may_log": request.user.has_perm("courses.log_session"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "courses/admin/today.html", context)


def _setup(request: HttpRequest, membership: Membership, *, at: datetime) -> Checklist | None:
    """What is left to set up, for those who can do it; None once that is finished."""
    if not request.user.has_perm(RIGHT) or not is_needed(membership.clinic):
        return None
    return checklist(membership.clinic, at=at)
