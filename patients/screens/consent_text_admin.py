"""The screen of the consent text: read by staff, written in versions by leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.signing.content import piece_of
from clinic.signing.ledger import history
from clinic.signing.screens import SignedContentAdmin
from patients.consent_texts import Overtaken, text_in_force, write_text
from patients.models import ConsentText
from patients.models.consent_text import RETENTION_PLACE

PAGE = "admin:patients_consenttext_changelist"


class TextForm(forms.ModelForm[ConsentText]):
    """The text, and the one place that each clinic must fill."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ConsentText
        fields = ["retention", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 14})}


@admin.register(ConsentText)
class ConsentTextAdmin(SignedContentAdmin):
    """The stock list becomes the page of the text in force; a version never changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new version is made of the one in force."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version never changes: consents were given on it."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """A new version."""
        view = self.admin_site.admin_view(self.new_version)
        own = path("<int:pk>/new-version/", view, name="patients_consenttext_new_version")
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The text in force with its versions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        clinic = active_membership(request.user).clinic
        text = text_in_force(clinic)
        context = {
            "text": text,
            "versions": ConsentText.objects.for_clinic(clinic),
            "events": list(history(clinic, piece_of(text))) if text else [],
            "may_write": request.user.has_perm("patients.change_consenttext"),
            "title": _("Consent texts"),
        }
        return self.page(request, "patients/admin/consent_text.html", context)

    def new_version(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form; what was typed is kept where something is wrong or somebody else was quicker."""
        by = self.require(request, "patients.change_consenttext")
        asked = get_object_or_404(ConsentText.objects.visible_to(by), pk=pk)
        current = text_in_force(by.clinic) or asked
        if request.method != "POST":
            form = TextForm(instance=current, initial={"opened_version": current.version})
            return self._show(request, form, current)
        form = TextForm(request.POST, instance=ConsentText(clinic=by.clinic))
        if not form.is_valid():
            return self._show(request, form, current, status=422)
        values = form.cleaned_data
        try:
            if values["opened_version"] != current.version:
                raise Overtaken
            made = write_text(
                current, body=values["body"], retention=values["retention"], by=by, at=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self._show(request, form, current, status=422)
        except Overtaken:
            return self._overtaken(request, by)
        messages.success(
            request, _("Consent text saved. Version %(version)d is in force.") % {"version": made.version}
        )
        return HttpResponseRedirect(reverse(PAGE))

    def _overtaken(self, request: HttpRequest, by: Any) -> HttpResponse:
        """What was typed, beside the version that somebody else made meanwhile."""
        current = text_in_force(by.clinic)
        data = request.POST.copy()
        data["opened_version"] = str(current.version if current else 0)
        form = TextForm(data, instance=ConsentText(clinic=by.clinic))
        event = history(by.clinic, piece_of(current)).first() if current else None
        words = _(
            "%(name)s made version %(version)d while this page was open. It is shown below. Save again to replace."
        )
        who = event.by if event else _("Somebody else")
        form.add_error(None, words % {"name": who, "version": current.version if current else 0})
        return self._show(request, form, current, status=409, is_beside=True)

    def _show(
        self, request: HttpRequest, form: TextForm, current: Any, *, status: int = 200, is_beside: bool = False
    ) -> HttpResponse:
        context = {
            "form": form,
            "text": current,
            "is_beside": is_beside,
            "place": RETENTION_PLACE,
            "title": _("Edit consent text"),
        }
        response = self.page(request, "patients/admin/consent_text_version.html", context)
        response.status_code = status
        return response
