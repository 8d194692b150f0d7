"""Correct a saved session."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.admin import ClinicScopedAdmin
from clinic.posting.entered import entered
from courses.admin.visit.log_page import instruction_context
from courses.corrections.correct import StaleEdit, accept_flags_of_correction, correct_session
from courses.corrections.newer_corrections import corrected_since, with_what_is_new
from courses.corrections.points import needling_rows
from courses.corrections.session_form import CorrectionForm
from courses.corrections.wording import correction_words
from courses.models import Correction, Session
from courses.sessions.lists import session_lists
from courses.sessions.red_flags.recording import reports_of_form


def correction_page(session: Session, form: CorrectionForm, rows: Any) -> dict[str, Any]:
    """The context of the correction page."""
    return {
        "session": session,
        "course": session.course,
        "form": form,
        "rows": rows,
        "points": [(point.code, point.pinyin, ()) for point in session_lists(session.clinic).points],
        "title": _("Correct session %(number)s") % {"number": session.number},
    }


class CorrectSession:
    """The view, bound to the session admin whose rows it may see."""

    def __init__(self, session_admin: ClinicScopedAdmin) -> None:
        self.admin = session_admin

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the saved session, or save the correction; the original stays on file."""
        by = self.admin.require(request, "courses.correct_session")
        session = self.admin.row(request, pk)
        if session.is_void and request.method != "POST":
            messages.info(request, _("The session is void. It cannot be corrected."))
            return HttpResponseRedirect(reverse("admin:courses_session_change", args=[pk]))
        if request.method != "POST":
            return self._page(request, session, CorrectionForm(session=session), needling_rows(session))
        form, rows = CorrectionForm(request.POST, session=session), needling_rows(session, request.POST)
        form.is_valid()
        accept_flags_of_correction(
            session,
            form.ticked(form.cleaned_data),
            form_key=form.key,
            scores=form.typed_scores(),
            by=by,
            at=timezone.now(),
        )
        if session.is_void:
            return self._voided_since(request, session, form, rows)
        newer = corrected_since(session, request.POST.get("version", ""))
        if newer:
            return self._told(request, session, newer)
        # Both are validated, so that all errors are shown at once.
        wrong = [one for one in (form, *rows) if not one.is_valid()]
        if wrong:
            return self._page(request, session, form, rows, status=422)
        try:
            changed = correct_session(session, wanted=form.corrected(rows), by=by, at=timezone.now())
        except StaleEdit as stale:
            return self._told(request, session, stale.newer)
        except ValidationError as error:
            form.add_error(None, error)
            return self._page(request, session, form, rows, status=422)
        messages.success(request, _("Corrected. The earlier values are listed below."))
        if {row.field for row in changed} & {Correction.Field.AFTERCARE, Correction.Field.EVENTS}:
            self._warn(request, form)
        return HttpResponseRedirect(reverse("admin:courses_session_change", args=[pk]))

    def _voided_since(
        self, request: HttpRequest, session: Session, form: CorrectionForm, rows: Any
    ) -> HttpResponse:
        """The session was voided since: record its red flags and show their instruction; list the rest."""
        context = {
            "session": session,
            "course": session.course,
            "typed": entered(form, *rows),
            "title": _("The session is void. It cannot be corrected."),
            **instruction_context(reports_of_form(session.course.patient, form.key)),
        }
        response = self.admin.page(request, "courses/admin/voided_meanwhile.html", context)
        response.status_code = 409
        return response

    def _warn(self, request: HttpRequest, form: CorrectionForm) -> None:
        """Aftercare is saved as it was given; a warning says if it should not have been."""
        for words in form.reservations():
            sentence = _("Saved as given. %(words)s Ask the patient to stop.")
            messages.warning(request, sentence % {"words": words})

    def _told(self, request: HttpRequest, session: Session, newer: list[Correction]) -> HttpResponse:
        """Show what somebody else changed while the page was open, with everything typed still there."""
        data = with_what_is_new(request.POST, session, newer)
        form, rows = CorrectionForm(data, session=session), needling_rows(session, data)
        return self._page(request, session, form, rows, status=409, newer=newer)

    def _page(
        self,
        request: HttpRequest,
        session: Session,
        form: CorrectionForm,
        rows: Any,
        *,
        status: int = 200,
        newer: list[Correction] | None = None,
    ) -> HttpResponse:
        reports = reports_of_form(session.course.patient, form.key) if form.is_bound else []
        context = {
            **correction_page(session, form, rows),
            **instruction_context(reports),
            "newer": correction_words(newer or [], clinic=session.clinic),
        }
        response = self.admin.page(request, "courses/admin/correct_session.html", context)
        response.status_code = status
        return response
