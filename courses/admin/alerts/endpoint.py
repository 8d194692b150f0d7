"""Webhooks: a manager adds and changes them and renews their secrets. A secret is shown only once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.forms import EndpointForm
from clinic.models import Endpoint
from clinic.outbox.endpoints import renew_secret, save_endpoint, send_test


@admin.register(Endpoint)
class EndpointAdmin(ClinicScopedAdmin):
    """The clinic's webhooks; saving one that was refused makes it trusted again."""

    form = EndpointForm
    list_display = ("name", "member", "is_on", "works")
    list_select_related = ("member__user",)
    change_form_template = "clinic/admin/endpoint.html"

    @admin.display(boolean=True, description=gettext_lazy("works"))
    def works(self, endpoint: Endpoint) -> bool:
        """Whether it has not been refused."""
        return endpoint.failed_at is None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Show the secret of a new webhook, only this once."""
        save_endpoint(obj, clinic=active_membership(request.user).clinic, **form.cleaned_data)
        if not change:
            _show(request, obj.secret)

    def get_urls(self) -> list[URLPattern]:
        """Pages to renew the secret and to send a test, beside the stock pages."""
        renew, test = self.admin_site.admin_view(self.renew), self.admin_site.admin_view(self.test)
        return [
            path("<int:pk>/renew/", renew, name="clinic_endpoint_renew"),
            path("<int:pk>/test/", test, name="clinic_endpoint_test"),
            *super().get_urls(),
        ]

    def renew(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Renew the secret; the old one is no longer used."""
        self.require(request, "clinic.change_endpoint")
        endpoint = self.row(request, pk)
        if request.method == "POST":
            _show(request, renew_secret(endpoint))
        return HttpResponseRedirect(reverse("admin:clinic_endpoint_change", args=[pk]))

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a harmless test notice, and show the result."""
        self.require(request, "clinic.change_endpoint")
        endpoint = self.row(request, pk)
        if request.method == "POST":
            try:
                result = send_test(endpoint, at=timezone.now())
                tell = messages.success if result.is_taken else messages.error
                tell(request, result.words)
            except ValidationError as error:
                messages.warning(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("admin:clinic_endpoint_change", args=[pk]))


def _show(request: HttpRequest, secret: str) -> None:
    words = _("The secret is %(secret)s. Copy it now: it is not shown again.") % {"secret": secret}
    messages.warning(request, words)
