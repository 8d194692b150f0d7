"""Letters to doctors: written from a course or a red flag, stored, downloaded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.forms import ReasonForm
from courses.admin.mistakes import VOID_RIGHT
from courses.admin.person.people import OfPatientsAdmin, who_column
from courses.admin.visit.session import VoidFilter
from courses.exchange.forms import LetterForm
from courses.exchange.letters import (
    take_out,
    unprintable,
    void_letter,
    void_words,
    write_referral,
    write_summary,
)
from courses.exchange.typesetting import TypesettingFailed
from courses.exchange.urgent import urgency_words
from courses.models import Alert, Course, Letter

log = structlog.stdlib.get_logger(__name__)


@admin.register(Letter)
class LetterAdmin(OfPatientsAdmin):
    """Letters are written from their course or red flag and never changed."""

    list_display = (who_column("patient"), "kind", "addressee", "written_by", "written_at")
    list_filter = (VoidFilter, "kind")
    empty_text = gettext_lazy("No letter yet. Write one from a course, or from the alert of a red flag.")
    list_select_related = ("patient", "written_by__user")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the PDF, which is read only for a download. Void letters have a page too."""
        rows = Letter.every.visible_to(active_membership(request.user))
        return rows.order_by(*self.get_ordering(request)).defer("pdf")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Written from a course or a red flag."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Pages to write, download and void a letter."""
        ways = (
            ("summary/<int:pk>/", self.summary, "summary"),
            ("urgent/<int:pk>/", self.urgent, "urgent"),
            ("<int:pk>/pdf/", self.pdf, "pdf"),
            ("<int:pk>/void/", self.void, "void"),
        )
        own = [
            path(way, self.admin_site.admin_view(view), name=f"courses_letter_{name}") for way, view, name in ways
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The details of a letter, with a link to the PDF."""
        letter: Any = self.get_object(request, object_id)
        if not self.has_view_permission(request, letter):
            raise PermissionDenied
        context = {
            "letter": letter,
            "events": letter.events.select_related("by__user"),
            "missing": unprintable(str(letter.patient), letter.addressee, letter.message),
            "void": void_words(letter) if letter.is_void else "",
            "may_void": request.user.has_perm(VOID_RIGHT) and not letter.is_void,
            "title": str(letter.get_kind_display()),
        }
        return self.page(request, "courses/admin/letter.html", context)

    def summary(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write the summary of a course."""
        by = self.require(request, "courses.add_letter")
        course = get_object_or_404(Course.objects.visible_to(by), pk=pk)
        write = partial(write_summary, course)
        context = {"patient": course.patient, "title": _("Letter to the doctor"), "course": course}
        return self._write(request, write, context)

    def urgent(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write the urgent referral for a red flag."""
        by = self.require(request, "courses.add_letter")
        alert = get_object_or_404(Alert.objects.visible_to(by).red_flags(), pk=pk)
        write = partial(write_referral, alert)
        context = {"patient": alert.patient, "title": _("Urgent referral"), "urgency": urgency_words(alert)}
        return self._write(request, write, context)

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The PDF with a neutral file name; each download is recorded."""
        by = self.require(request, "courses.view_letter")
        letter = self.row(request, pk)
        try:
            content = take_out(letter, by=by, at=timezone.now())
        except TypesettingFailed as error:
            log.error("void letter not marked", why=str(error))
            messages.error(request, _("The mark could not be put on the void letter in time. Try again."))
            return HttpResponseRedirect(reverse("admin:courses_letter_change", args=[letter.pk]))
        name = f"{'void-' if letter.is_void else ''}letter-{letter.written_at:%Y-%m-%d}-{letter.uuid.hex[:8]}.pdf"
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )

    def void(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Void a letter that was written by mistake."""
        by = self.require(request, VOID_RIGHT)
        letter: Letter = self.row(request, pk)
        back = reverse("admin:courses_letter_change", args=[letter.pk])
        if letter.is_void:
            messages.info(request, _("%(who)s voided this already.") % {"who": letter.voided_by})
            return HttpResponseRedirect(back)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                void_letter(letter, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
            else:
                messages.success(request, _("Marked as void. It stays on file."))
                return HttpResponseRedirect(back)
        context = {
            "form": form,
            "patient": letter.patient,
            "what": str(letter),
            "warning": _(
                "If it was sent already, tell the person who got it. Each page of the PDF will say “void”."
            ),
            "title": _("Void: %(what)s") % {"what": letter.get_kind_display()},
            "action": _("Void letter"),
            "back": back,
        }
        response = self.page(request, "courses/admin/void_letter.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def _write(self, request: HttpRequest, write: Callable[..., Letter], context: dict[str, Any]) -> HttpResponse:
        """The form, or the finished letter; keeps what was typed if no letter was made."""
        by = self.require(request, "courses.add_letter")
        form = LetterForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                letter = write(**form.cleaned_data, by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            except TypesettingFailed as error:
                log.error("letter not typeset", why=str(error))
                form.add_error(None, _("The letter could not be made in time. Nothing was saved. Try again."))
            else:
                messages.success(request, _("The letter is ready. Read it before you sign it."))
                return HttpResponseRedirect(reverse("admin:courses_letter_change", args=[letter.pk]))
        response = self.page(request, "courses/admin/write_letter.html", {"form": form, **context})
        response.status_code = 422 if form.is_bound else 200
        return response
