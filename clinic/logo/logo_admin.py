"""The page of a clinic's logo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.logo.kept_logo import logo_of, remove_logo, replace_logo
from clinic.logo.logo_form import LogoForm
from clinic.models import Clinic
from clinic.screen import Screen


class LogoPage:
    """Upload and remove, bound to the clinic's admin."""

    def __init__(self, clinic_admin: Screen) -> None:
        self.admin = clinic_admin

    def view(self, request: HttpRequest) -> HttpResponse:
        """The logo as it is; what is uploaded takes its place, and what cannot be used is refused in words."""
        by = self.admin.require(request, "clinic.change_clinic")
        form = LogoForm(request.POST, request.FILES) if request.method == "POST" else LogoForm()
        if form.is_bound and form.is_valid():
            replace_logo(by.clinic, form.cleaned_data["upload"], by=by, at=timezone.now())
            self._log(request, by.clinic)
            messages.success(request, _("Logo saved."))
            return self._back()
        logo = logo_of(by.clinic)
        context = {
            "title": _("Logo"),
            "form": form,
            "clinic": by.clinic,
            "logo": logo,
            "size": logo.size_within(240, 72) if logo else None,
        }
        response = self.admin.page(request, "clinic/admin/logo.html", context)
        response.status_code = 422 if form.errors else 200
        return response

    def remove(self, request: HttpRequest) -> HttpResponse:
        """No logo any more; not the one that a colleague uploaded since the page was opened."""
        by = self.admin.require(request, "clinic.change_clinic")
        if request.method == "POST":
            if str(by.clinic.logo_id) != request.POST.get("logo"):
                messages.error(request, _("Not removed: the logo changed while this page was open."))
            else:
                remove_logo(by.clinic)
                self._log(request, by.clinic)
                messages.success(request, _("Logo removed."))
        return self._back()

    def _log(self, request: HttpRequest, clinic: Clinic) -> None:
        self.admin.log_change(request, clinic, [{"changed": {"fields": [str(_("logo"))]}}])

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:clinic_clinic_logo"))
