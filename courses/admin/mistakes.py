"""Pages that correct mistakes: void or move a session, void an entry, reopen a course or a visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.admin import ClinicScopedAdmin
from clinic.country.shown import shown_moment
from clinic.forms import ReasonForm
from clinic.models import Membership
from clinic.typed.asked import searched
from courses.corrections.correction import version_of
from courses.corrections.entries import ENTRIES, entry_in, void_entry
from courses.corrections.forms import MoveSessionForm, courses_for
from courses.corrections.moving import move_session
from courses.corrections.reopening import reopen_appointment, reopen_course
from courses.corrections.voiding import void_session, void_words
from courses.models import Appointment, Course, Session

VOID_RIGHT = "courses.correct_session"
REOPEN_RIGHT = "courses.change_course"
BOOKING_RIGHT = "courses.book_appointment"


class Mistakes:
    """The views, bound to an admin whose rows they may see."""

    def __init__(self, owner: ClinicScopedAdmin) -> None:
        self.admin = owner

    def void_session(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Void a session that should not be on file for this course."""
        by, session = self._session(request, pk)
        form = ReasonForm(request.POST or None, initial={"version": version_of(session)})
        if session.is_void:
            return self._said_before(request, session)
        if request.method == "POST" and form.is_valid() and not self._is_stale(form, session):
            at = timezone.now()
            if self._try(form, lambda: void_session(session, reason=form.cleaned_data["reason"], by=by, at=at)):
                messages.success(request, _("Marked as void. It stays on file and is not counted."))
                return HttpResponseRedirect(_page_of(session))
        context = {**_about(session), "form": form, "title": _("Void session"), "action": _("Void session")}
        return self._page(request, "courses/admin/void_session.html", context, form)

    def move_session(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move a session to the course where it belongs."""
        by, session = self._session(request, pk)
        if session.is_void:
            return self._said_before(request, session)
        words = searched(request)
        courses = courses_for(session, by=by, words=words, chosen=request.POST.get("course", ""))
        form = MoveSessionForm(request.POST or None, courses=courses, initial={"version": version_of(session)})
        if request.method == "POST" and form.is_valid() and not self._is_stale(form, session):
            to, reason, at = form.cleaned_data["course"], form.cleaned_data["reason"], timezone.now()
            moved: list[Session] = []
            if self._try(form, lambda: moved.append(move_session(session, to=to, reason=reason, by=by, at=at))):
                sentence = _("Moved to %(patient)s. The original is marked as void.")
                messages.success(request, sentence % {"patient": to.patient})
                return HttpResponseRedirect(_page_of(moved[0]))
        context = {
            **_about(session),
            "form": form,
            "words": words,
            "n_found": len(courses),
            "title": _("Move session"),
            "action": _("Move session"),
        }
        return self._page(request, "courses/admin/move_session.html", context, form)

    def void_entry(self, request: HttpRequest, pk: int, kind: str, number: int) -> HttpResponse:
        """Void an entry of a course that is not a session."""
        by = self.admin.require(request, "patients.override_clearance" if kind == "override" else VOID_RIGHT)
        course: Course = self.admin.row(request, pk)
        row = entry_in(course, kind, number)
        if row is None:
            raise Http404
        back = HttpResponseRedirect(reverse("admin:courses_course_change", args=[course.pk]))
        if row.is_void:
            messages.info(request, _("%(who)s voided this already.") % {"who": row.voided_by})
            return back
        form, at = ReasonForm(request.POST or None), timezone.now()
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            if self._try(form, lambda: void_entry(course, kind=kind, number=number, reason=reason, by=by, at=at)):
                messages.success(request, _("Marked as void. It stays on file and is not counted."))
                return back
        what = str(row._meta.verbose_name)
        context = {
            "form": form,
            "patient": course.patient,
            "course": course,
            "what": f"{what}: {row}",
            "warning": ENTRIES[kind].warning,
            "title": _("Void: %(what)s") % {"what": what},
            "action": _("Void entry"),
        }
        return self._page(request, "courses/admin/void_entry.html", context, form)

    def reopen_course(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reopen a course that was ended by mistake."""
        by = self.admin.require(request, REOPEN_RIGHT)
        course: Course = self.admin.row(request, pk)
        back = HttpResponseRedirect(reverse("admin:courses_course_change", args=[course.pk]))
        if course.is_open:
            messages.info(request, _("The course is open."))
            return back
        form, at = ReasonForm(request.POST or None), timezone.now()
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            if self._try(form, lambda: _tell(request, reopen_course(course, reason=reason, by=by, at=at))):
                return back
        context = {
            "form": form,
            "course": course,
            "patient": course.patient,
            "title": _("Reopen course"),
            "action": _("Reopen course"),
        }
        return self._page(request, "courses/admin/reopen_course.html", context, form)

    def reopen_appointment(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reopen a visit that was cancelled or marked as missed by mistake."""
        by = self.admin.require(request, BOOKING_RIGHT)
        appointment: Appointment = self.admin.row(request, pk)
        back = HttpResponseRedirect(reverse("admin:courses_appointment_change", args=[pk]))
        if appointment.status not in {Appointment.Status.CANCELLED, Appointment.Status.MISSED}:
            messages.info(request, _("The visit is %(status)s.") % {"status": appointment.get_status_display()})
            return back
        form, at = ReasonForm(request.POST or None), timezone.now()
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            if self._try(form, lambda: reopen_appointment(appointment, reason=reason, by=by, at=at)):
                messages.success(request, _("Booked again."))
                return back
        context = {
            "form": form,
            "appointment": appointment,
            "patient": appointment.course.patient,
            "title": _("Book the visit again"),
            "action": _("Book again"),
        }
        return self._page(request, "courses/admin/reopen_appointment.html", context, form)

    def _session(self, request: HttpRequest, pk: int) -> tuple[Membership, Session]:
        by = self.admin.require(request, VOID_RIGHT)
        return by, self.admin.row(request, pk)

    def _said_before(self, request: HttpRequest, session: Session) -> HttpResponse:
        """The form was sent twice, or the page is out of date: the session's page shows what was done."""
        messages.info(request, void_words(session))
        return HttpResponseRedirect(_page_of(session))

    def _is_stale(self, form: ReasonForm, session: Session) -> bool:
        """Whether somebody corrected the session since the page was opened; shown once, keeping what was typed."""
        version = version_of(session)
        if form.cleaned_data["version"] in {None, version}:
            return False
        form.add_error(None, _("The session was corrected while this page was open. Look at it, then send again."))
        form.data = {**form.data.dict(), "version": str(version)}  # type: ignore[attr-defined]  # a QueryDict
        return True

    def _try(self, form: ReasonForm, act: Callable[[], object]) -> bool:
        try:
            act()
        except ValidationError as error:
            fields = error.error_dict if hasattr(error, "error_dict") else {}
            form.add_error(
                None, error if fields and set(fields) <= set(form.fields) else ValidationError(error.messages)
            )
            return False
        return True

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
        response = self.admin.page(request, template, context)
        response.status_code = 422 if form.is_bound else 200
        return response


def _about(session: Session) -> dict[str, Any]:
    """What helps somebody to check that it is the right one."""
    return {
        "session": session,
        "course": session.course,
        "patient": session.course.patient,
        "scores": list(session.scores.order_by("pk")),
        "reports": list(session.red_flag_reports.select_related("flag")),
        "n_check_ins": session.check_ins.filter(answered_at=None).count(),
    }


def _page_of(session: Session) -> str:
    return reverse("admin:courses_session_change", args=[session.pk])


def _tell(request: HttpRequest, reopened: Any) -> None:
    """A message about what was restored and what was not."""
    values = {"bookings": reopened.n_bookings, "reminders": reopened.n_reminders, "alerts": reopened.n_alerts}
    sentence = _(
        "Course reopened. Visits booked again: %(bookings)d. Reminders: %(reminders)d. Alerts: %(alerts)d."
    )
    messages.success(request, sentence % values)
    for appointment, why in reopened.left_out:
        when = appointment.clinic.local(appointment.starts_at)
        message = _("Not booked again: %(when)s. %(why)s")
        messages.warning(request, message % {"when": shown_moment(when), "why": why})
