"""For the screens of content: an edit is written down and needs sign-off again; signing has a page of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.posting.back import BACK
from clinic.signing.content import NEEDS, piece_of
from clinic.signing.ledger import record_edit

# In the address of a form that was opened from the sign-off page.
SIGN_OFF = "sign-off"
PAGE = "admin:clinic_signoffevent_changelist"


class SignedContentAdmin(ClinicScopedAdmin):
    """A list whose rows a clinician signs off."""

    exclude: ClassVar[Any] = ("clinic", NEEDS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the state of its sign-off."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "sign_off_state"] if obj is not None else fields

    @admin.display(description=gettext_lazy("clinical sign-off"))
    def sign_off_state(self, row: Any) -> Any:
        """Needed or given, with the way to its history."""
        piece = piece_of(row)
        url = reverse("admin:clinic_signoffevent_piece", args=[piece.kind, piece.code])
        state = _("needed") if piece.needs else _("given")
        return format_html('{} · <a href="{}">{}</a>', state, url, _("History and comments"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the line about sign-off."""
        more = {"sign_off_kind": self.model._meta.label_lower}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """As ever; what it was before is remembered for the history."""
        before = self.model._default_manager.filter(pk=obj.pk).first() if change else None
        form.content_before = piece_of(before) if before is not None else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Once the rows it points to are saved as well, the edit is complete."""
        super().save_related(request, form, formsets, change)
        after = self.model._default_manager.get(pk=form.instance.pk)
        by = active_membership(request.user)
        record_edit(form.content_before, piece_of(after), by=by, at=timezone.now())

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Back to the sign-off page, where it was opened from there."""
        response = super().response_change(request, obj)
        if request.GET.get(BACK) == SIGN_OFF and response.status_code == 302 and "_continue" not in request.POST:
            return HttpResponseRedirect(f"{reverse(PAGE)}#{obj._meta.label_lower.replace('.', '-')}")
        return response
