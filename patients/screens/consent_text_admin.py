"""The screen of the consent text: read by staff, written in versions by leads."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.posting.back import BACK
from clinic.signing.content import piece_of
from clinic.signing.ledger import history
from clinic.signing.newer import is_stale, meet_newer, since_shown
from clinic.signing.screens import SignedContentAdmin
from patients.consent_texts import Overtaken, text_in_force, write_text
from patients.models import ConsentText
from patients.models.consent_text import RETENTION_PLACE

PAGE = "admin:patients_consenttext_changelist"


class TextForm(forms.ModelForm[ConsentText]):
    """The text, and the one place that each clinic must fill."""

    version = forms.IntegerField(widget=forms.HiddenInput)

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
        """The text in force with its versions; from the setup list, what is left to fill in."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        clinic = active_membership(request.user).clinic
        text, may_write = text_in_force(clinic), request.user.has_perm("patients.change_consenttext")
        if request.GET.get(BACK) and may_write and text is not None and not text.is_usable:
            form = reverse("admin:patients_consenttext_new_version", args=[text.pk])
            return HttpResponseRedirect(f"{form}?{request.GET.urlencode()}")
        context = {
            "text": text,
            "versions": ConsentText.objects.for_clinic(clinic),
            "events": list(history(clinic, piece_of(text))) if text else [],
            "may_write": may_write,
            "title": _("Consent texts"),
        }
        return self.page(request, "patients/admin/consent_text.html", context)

    def new_version(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form; what was typed is kept where something is wrong or somebody else was quicker."""
        by = self.require(request, "patients.change_consenttext")
        asked = get_object_or_404(ConsentText.objects.visible_to(by), pk=pk)
        current = text_in_force(by.clinic) or asked
        if request.method != "POST":
            return self._show(request, _form_of(current, None), current)
        if is_stale(request.POST, current):
            versions = since_shown(ConsentText.objects.for_clinic(by.clinic), request.POST)
            form = meet_newer(_form_of, request.POST, versions).form
            return self._show(request, form, current, status=409, is_beside=True)
        form = _form_of(current, request.POST)
        if not form.is_valid():
            return self._show(request, form, current, status=422)
        body, retention = form.cleaned_data["body"], form.cleaned_data["retention"]
        try:
            made = write_text(current, body=body, retention=retention, by=by, at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
            return self._show(request, form, current, status=422)
        except Overtaken:
            # By somebody else, a moment ago.
            return self.new_version(request, pk)
        messages.success(
            request, _("Consent text saved. Version %(version)d is in force.") % {"version": made.version}
        )
        return HttpResponseRedirect(reverse(PAGE))

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


def _form_of(text: ConsentText, data: QueryDict | None) -> TextForm:
    # A form writes into its row; the page shows the version in force beside it.
    return TextForm(data, instance=copy(text), initial={"version": text.version})
