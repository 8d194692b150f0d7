"""The rules' page: their limits, tried on the last 90 days before they are set, and every version."""

from __future__ import annotations

from collections.abc import Iterator
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
from clinic.country.shown import shown_number
from clinic.models import Clinic
from clinic.posting.owner import OPENED
from clinic.posting.stale import MAIN, settle, stamp
from clinic.typed.numbers import FloatNumberField, WholeNumberField
from courses.dry_runs.pain_rules import BoundsTrial, set_bounds, try_bounds
from courses.models import RuleSettings
from courses.priors.adopted import bounds_of
from courses.rules.bounds import LIMITS, SHIPPED_BOUNDS

N_VERSIONS = 20
RULES = {
    "beyond_bounds": gettext_lazy("Far above what the curve expects"),
    "plain_rise": gettext_lazy("Fixed rule: a rise"),
    "floor": gettext_lazy("Far above every earlier score"),
    "still_worse": gettext_lazy("Still worse on day 3"),
    "ceiling": gettext_lazy("Scores too high to show worsening"),
    "off_course": gettext_lazy("Off track at a review"),
    "lapsed": gettext_lazy("No session for too long"),
}
LABELS = {
    "excess": gettext_lazy("Points above the expected score, at least"),
    "red_rise": gettext_lazy("Red from a rise of"),
    "rise_always": gettext_lazy("Points above the score before needling, always"),
    "rise_while_unsure": gettext_lazy("Points above the score before needling, when the curve has no estimate"),
    "floor_rise": gettext_lazy("Points above every earlier score of the same time of measuring"),
    "near_zero": gettext_lazy("Almost no pain: two scores in a row of at most"),
    "high_after_near_zero": gettext_lazy("then a score of at least"),
    "high_score": gettext_lazy("A score is high from"),
    "rise_with_high_score": gettext_lazy("Points above the last score, for a high score"),
    "still_worse_rise": gettext_lazy("Points above the score before needling"),
    "still_worse_excess": gettext_lazy("and points above the expected score"),
    "still_worse_without_curve": gettext_lazy(
        "Points above the score before needling, when the curve has no estimate"
    ),
    "ceiling_mean": gettext_lazy("Expected score above"),
    "ceiling_after_session": gettext_lazy("No lower than at the start, counted after session"),
    "relief_chance": gettext_lazy("Chance of 30% relief below (1 is certain)"),
    "least_gain": gettext_lazy("and gain below (1 is free of pain)"),
    "patience": gettext_lazy("Times the planned interval"),
}


def bound_field(name: str) -> forms.Field:
    """A form field for one limit."""
    limit = LIMITS[name]
    values = {
        "low": shown_number(limit.low),
        "high": shown_number(limit.high),
        "shipped": shown_number(SHIPPED_BOUNDS.numbers()[name]),
    }
    common: dict[str, Any] = {
        "label": LABELS[name],
        "help_text": _("%(low)s to %(high)s; shipped %(shipped)s") % values,
    }
    if limit.is_whole:
        return WholeNumberField(min_value=int(limit.low), max_value=int(limit.high), **common)
    return FloatNumberField(min_value=limit.low, max_value=limit.high, **common)


class BoundsForm(forms.Form):
    """Every limit, and the reason for the change."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LIMITS:
            self.fields[name] = bound_field(name)
        self.order_fields([*LIMITS, "reason"])

    def numbers(self) -> dict[str, float | int]:
        """The limits of a valid form."""
        return {name: self.cleaned_data[name] for name in LIMITS}

    def by_rule(self) -> Iterator[tuple[str, str, list[forms.BoundField]]]:
        """The fields of each rule with its source, in the order of the page."""
        for rule, heading in RULES.items():
            names = [name for name, limit in LIMITS.items() if limit.rule == rule]
            yield str(heading), LIMITS[names[0]].source, [self[name] for name in names]


@admin.register(RuleSettings)
class RuleSettingsAdmin(ClinicScopedAdmin):
    """Replaces the stock list by the page; a version never changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Versions are added by trying and setting them on the page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version's numbers never change."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Pages to try and to set limits."""
        own = path("bounds/", self.admin_site.admin_view(self.bounds), name="courses_rulesettings_bounds")
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._show(request)

    def bounds(self, request: HttpRequest) -> HttpResponse:
        """Run a dry run first; after confirmation, set the limits."""
        by = self.require(request, "courses.set_rule_bounds")
        if request.method != "POST":
            return self._show(request)
        form, _is_free = settle(partial(_bounds_form, by.clinic), request.POST, who=partial(_set_by, by.clinic))
        if not form.is_valid():
            return self._show(request, form=form)
        tried = try_bounds(by.clinic, form.numbers(), at=timezone.now())
        if "set" not in request.POST:
            return self._show(request, form=form, tried=tried)
        try:
            row = set_bounds(by.clinic, tried, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
            return self._show(request, form=form, tried=tried)
        messages.success(request, _("Version %(version)s is in force from now on.") % {"version": row})
        return HttpResponseRedirect(reverse("admin:courses_rulesettings_changelist"))

    def _show(
        self, request: HttpRequest, *, form: BoundsForm | None = None, tried: BoundsTrial | None = None
    ) -> HttpResponse:
        clinic = active_membership(request.user).clinic
        in_force = bounds_of(clinic)
        form = form or BoundsForm(initial=in_force.numbers())
        context = {
            OPENED: stamp({MAIN: BoundsForm(initial=in_force.numbers())}, at=timezone.now()),
            "form": form,
            "rules": list(form.by_rule()),
            "tried": tried,
            "in_force": in_force,
            "versions": RuleSettings.objects.for_clinic(clinic).select_related("set_by__user")[:N_VERSIONS],
            "may_set": request.user.has_perm("courses.set_rule_bounds"),
            "title": _("Rules and their bounds"),
        }
        response = self.page(request, "courses/admin/rule_settings.html", context)
        response.status_code = 422 if form.errors else 200
        return response


def _bounds_form(clinic: Clinic, data: Any) -> BoundsForm:
    return BoundsForm(data, initial=bounds_of(clinic).numbers())


def _set_by(clinic: Clinic, _label: str) -> tuple[str, datetime] | None:
    """Who set the current limits."""
    newest = RuleSettings.objects.for_clinic(clinic).select_related("set_by__user").order_by("-version").first()
    return (str(newest.set_by), newest.set_at) if newest else None
