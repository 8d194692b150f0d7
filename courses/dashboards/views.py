"""The managers' page."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership, staff_only
from courses.charts.bars import bars_svg
from courses.dashboards.board import board


@staff_only("courses.view_dashboard")
def dashboard(request: HttpRequest) -> HttpResponse:
    """How the clinic's courses go."""
    found = board(active_membership(request.user), at=timezone.now())
    context = {
        **admin.site.each_context(request),
        "board": found,
        "weeks_chart": bars_svg(found.weeks, title=_("Sessions per week"), uid="weeks"),
        "title": _("Dashboard"),
    }
    return render(request, "courses/dashboards/dashboard.html", context)
