"""The page of a clinic's week of opening hours."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.hours.week_form import WEEKDAYS, WeekForm, copied_to_weekdays
from clinic.models import Clinic
from clinic.screen import Screen

# The days whose hours can be copied to the others.
COPIES = {str(weekday) for weekday in WEEKDAYS}


class WeekView:
    """The view, bound to the clinic's admin."""

    def __init__(self, clinic_admin: Screen) -> None:
        self.admin = clinic_admin

    @transaction.atomic
    def view(self, request: HttpRequest) -> HttpResponse:
        """The week; copied days come back unsaved, and what is wrong comes back as it was typed."""
        clinic = self.admin.require(request, "clinic.change_clinic").clinic
        if request.method == "POST":
            # Of two who save at once, the second one is judged by what the first one saved.
            Clinic.objects.select_for_update().get(pk=clinic.pk)
        form, status, note = WeekForm(clinic=clinic), 200, ""
        copied = request.POST.get("copy", "")
        if request.method == "POST" and copied in COPIES:
            form = WeekForm(copied_to_weekdays(request.POST, copied), clinic=clinic)
            note = _("Copied to Monday to Friday. Not saved yet.")
        elif request.method == "POST":
            form = WeekForm(request.POST, clinic=clinic)
            if form.is_valid():
                form.save()
                messages.success(request, _("Opening hours saved."))
                return HttpResponseRedirect(reverse("admin:clinic_clinic_hours"))
            status = 422
            form.show_what_is_stored()
        context = {"title": _("Opening hours"), "form": form, "note": note, "clinic": clinic}
        response = self.admin.page(request, "clinic/admin/hours.html", context)
        response.status_code = status
        return response
