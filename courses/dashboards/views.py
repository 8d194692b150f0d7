"""The managers' pages."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership, staff_only
from courses.charts.bars import bars_svg
from courses.curve.reliability import LEAST_EXPECTED
from courses.dashboards.alarm_results import LEAST_ANSWERED
from courses.dashboards.board import board
from courses.dashboards.curve_quality import LEAST_SESSIONS, curve_quality


@staff_only("courses.view_dashboard")
def dashboard(request: HttpRequest) -> HttpResponse:
    """The state of the clinic's courses."""
    found = board(active_membership(request.user), at=timezone.now())
    context = {
        **admin.site.each_context(request),
        "board": found,
        "weeks_chart": bars_svg(found.weeks, title=_("Sessions per week"), uid="weeks"),
        "title": _("Dashboard"),
    }
    return render(request, "courses/dashboards/dashboard.html", context)


@staff_only("courses.view_dashboard")
def quality(request: HttpRequest) -> HttpResponse:
    """How good the curve is at the clinic."""
    context = {
        **admin.site.each_context(request),
        "quality": curve_quality(active_membership(request.user), at=timezone.now()),
        "least_expected": LEAST_EXPECTED,
        "least_answered": LEAST_ANSWERED,
        "least_sessions": LEAST_SESSIONS,
        "title": _("How good is the curve here?"),
    }
    return render(request, "courses/dashboards/curve_quality.html", context)
