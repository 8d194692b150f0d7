"""Letters to doctors: written from a course or a red flag, kept, taken out."""

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

from courses.admin.people import OfPatientsAdmin, who_column
from courses.exchange.forms import LetterForm
from courses.exchange.letters import take_out, unprintable, write_referral, write_summary
from courses.exchange.typesetting import TypesettingFailed
from courses.exchange.urgent import urgency_words
from courses.models import Alert, Course, Letter

log = structlog.stdlib.get_logger(__name__)


@admin.register(Letter)
class LetterAdmin(OfPatientsAdmin):
    """Letters are written from their course or red flag and never changed."""

    list_display = (who_column("patient"), "kind", "addressee", "written_by", "written_at")
    list_filter = ("kind",)
    empty_text = gettext_lazy("No letter yet. Write one from a course, or from the alert of a red flag.")
    list_select_related = ("patient", "written_by__user")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the PDF: that is read when it is taken out."""
        return super().get_queryset(request).defer("pdf")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Written from a course or a red flag."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Write, and take out."""
        ways = (
            ("summary/<int:pk>/", self.summary, "summary"),
            ("urgent/<int:pk>/", self.urgent, "urgent"),
            ("<int:pk>/pdf/", self.pdf, "pdf"),
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
        """What is known of a letter, and the way to the PDF."""
        letter: Any = self.get_object(request, object_id)
        if not self.has_view_permission(request, letter):
            raise PermissionDenied
        context = {
            "letter": letter,
            "events": letter.events.select_related("by__user"),
            "missing": unprintable(str(letter.patient), letter.addressee, letter.message),
            "title": str(letter.get_kind_display()),
        }
        return self.page(request, "courses/admin/letter.html", context)

    def summary(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The summary of a course."""
        by = self.require(request, "courses.add_letter")
        course = get_object_or_404(Course.objects.visible_to(by), pk=pk)
        write = partial(write_summary, course)
        context = {"patient": course.patient, "title": _("Letter to the doctor"), "course": course}
        return self._write(request, write, context)

    def urgent(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The urgent referral from a red flag."""
        by = self.require(request, "courses.add_letter")
        alert = get_object_or_404(Alert.objects.visible_to(by).red_flags(), pk=pk)
        write = partial(write_referral, alert)
        context = {"patient": alert.patient, "title": _("Urgent referral"), "urgency": urgency_words(alert)}
        return self._write(request, write, context)

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The PDF as a file with a neutral name; who took it is written down."""
        by = self.require(request, "courses.view_letter")
        letter = self.row(request, pk)
        content = take_out(letter, by=by, at=timezone.now())
        name = f"letter-{letter.written_at:%Y-%m-%d}-{letter.uuid.hex[:8]}.pdf"
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )

    def _write(self, request: HttpRequest, write: Callable[..., Letter], context: dict[str, Any]) -> HttpResponse:
        """The form, or the letter it made; what was typed is kept where no letter came out."""
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
