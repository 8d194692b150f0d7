"""The curve's page: the Prior in use, how often it raises alerts, the budget and its dry run."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.models import Membership
from clinic.posting.owner import OPENED
from clinic.posting.stale import MAIN, settle, stamp
from clinic.typed.numbers import DecimalNumberField
from courses.charts.control_chart import control_svg
from courses.models import AlertThreshold, Prior, PriorEvent
from courses.priors.adoption import roll_back, roll_back_to_shipped
from courses.priors.budget import DryRun, dry_run, set_budget
from courses.priors.page import CurvePage
from courses.priors.thresholds import approve_threshold


class BudgetForm(forms.Form):
    """How many pain alerts per 100 sessions the clinic can answer."""

    budget = DecimalNumberField(
        label=gettext_lazy("Pain alerts per 100 sessions that we can answer"),
        min_value=0,
        max_value=100,
        decimal_places=1,
        help_text=gettext_lazy("Red flags do not count. No budget ever limits them."),
    )
    # The budget of the dry run on the screen: only that one can be set.
    tried = DecimalNumberField(required=False, widget=forms.HiddenInput)

    def is_to_be_set(self) -> bool:
        """Whether the budget was tried and is now confirmed."""
        return "set" in self.data and self.cleaned_data["tried"] == self.cleaned_data["budget"]


@admin.register(Prior)
class PriorAdmin(ClinicScopedAdmin):
    """Replaces the stock list by the page; Priors are read-only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Priors are fitted at night, not added."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A Prior's numbers never change."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Pages to set the budget, approve, and roll back."""
        own = [
            path("budget/", self.admin_site.admin_view(self.budget), name="courses_prior_budget"),
            path("use-shipped/", self.admin_site.admin_view(self.use_shipped), name="courses_prior_use_shipped"),
            path("<int:pk>/use/", self.admin_site.admin_view(self.use), name="courses_prior_use"),
            path("approve/<int:pk>/", self.admin_site.admin_view(self.approve), name="courses_prior_approve"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._show(request)

    def budget(self, request: HttpRequest) -> HttpResponse:
        """Run a dry run first; after confirmation, set the budget."""
        by = self.require(request, "courses.set_budget")
        if request.method != "POST":
            return self._show(request)
        now = {"budget": by.clinic.alert_budget_per_100}
        form, _is_free = settle(lambda data: BudgetForm(data, initial=now), request.POST, who=partial(_set_by, by))
        if not form.is_valid():
            return self._show(request, form=form)
        budget = form.cleaned_data["budget"]
        tried = dry_run(by.clinic, budget_per_100=float(budget), at=timezone.now())
        if not form.is_to_be_set():
            again = BudgetForm(initial={"budget": budget, "tried": budget})
            return self._show(request, form=again, tried=tried)
        set_budget(by.clinic, tried, by=by, at=timezone.now())
        messages.success(request, _("The budget is set."))
        return self._back()

    def use(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Use an earlier version again."""
        by = self.require(request, "courses.adopt_prior")
        prior = self.row(request, pk)
        if request.method == "POST":
            self._try(
                request, lambda: roll_back(prior, by=by, at=timezone.now()), _("This version is in use now.")
            )
        return self._back()

    def use_shipped(self, request: HttpRequest) -> HttpResponse:
        """Use the shipped Prior again."""
        by = self.require(request, "courses.adopt_prior")
        if request.method == "POST":
            self._try(
                request,
                lambda: roll_back_to_shipped(by.clinic, by=by, at=timezone.now()),
                _("The shipped figures are in use now."),
            )
        return self._back()

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve a threshold that changed a lot."""
        by = self.require(request, "courses.adopt_prior")
        threshold = AlertThreshold.objects.visible_to(by).filter(pk=pk).first()
        if request.method == "POST" and threshold is not None:
            self._try(
                request,
                lambda: approve_threshold(threshold, by=by, at=timezone.now()),
                _("The threshold is in use now."),
            )
        return self._back()

    def _try(self, request: HttpRequest, act: Any, done: str) -> None:
        try:
            act()
            messages.success(request, done)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))

    def _show(
        self, request: HttpRequest, *, form: BudgetForm | None = None, tried: DryRun | None = None
    ) -> HttpResponse:
        clinic = active_membership(request.user).clinic
        page = CurvePage.of(clinic)
        now = {"budget": clinic.alert_budget_per_100}
        context = {
            OPENED: stamp({MAIN: BudgetForm(initial=now)}, at=timezone.now()),
            "page": page,
            "months_chart": control_svg(
                page.months, title=_("Pain alerts per 100 sessions by month"), uid="months"
            ),
            "form": form or BudgetForm(initial=now),
            "tried": tried,
            "may_set": request.user.has_perm("courses.set_budget"),
            "may_adopt": request.user.has_perm("courses.adopt_prior"),
            "may_see_quality": request.user.has_perm("courses.view_dashboard"),
            "title": _("Healing curve and alert budget"),
        }
        response = self.page(request, "courses/admin/curve.html", context)
        response.status_code = 422 if form is not None and form.errors else 200
        return response

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:courses_prior_changelist"))


def _set_by(by: Membership, _label: str) -> tuple[str, datetime] | None:
    """Who set the budget last."""
    events = PriorEvent.objects.visible_to(by).filter(kind=PriorEvent.Kind.BUDGET_CHANGED)
    newest = events.select_related("by__user").order_by("-pk").first()
    return (str(newest.by), newest.happened_at) if newest and newest.by else None
