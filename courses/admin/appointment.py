"""Bookings: the day by practitioner; book, move, cancel, mark missed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.country.shown import shown_short_weekday_moment
from clinic.models import Holiday, Membership
from clinic.opening import hours_by_weekday
from clinic.typed.asked import asked
from clinic.typed.dates import DayInput, day_asked
from courses.admin.course_picker import choose_course
from courses.admin.mistakes import Mistakes
from courses.models import Appointment, Course
from courses.plans.booking import book_appointment, cancel_appointment, mark_missed, move_appointment
from courses.plans.course_search import course_named
from courses.plans.forms import BookingForm, CancelForm, clinicians


@admin.register(Appointment)
class AppointmentAdmin(ClinicScopedAdmin):
    """The stock list becomes a day view; the stock forms become bookings."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may book."""
        return request.user.has_perm("courses.book_appointment")

    def get_urls(self) -> list[URLPattern]:
        """Pages to move, cancel or mark a booking."""
        actions = (
            ("move", self.move),
            ("cancel", self.cancel),
            ("missed", self.missed),
            ("reopen", Mistakes(self).reopen_appointment),
        )
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"courses_appointment_{name}")
            for name, view in actions
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The day view."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        day = _day_asked(request) or timezone.localdate()
        context = {**self._day(active_membership(request.user), day), "title": _("Bookings")}
        return self.page(request, "courses/admin/bookings.html", context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Book."""
        by = self.require(request, "courses.book_appointment")
        course, title = self._course(request, by), _("Book visit")
        if course is None and request.method != "POST":
            day = _day_asked(request)
            return choose_course(self, request, title=title, kept={"day": day.isoformat() if day else ""})
        form = BookingForm(request.POST or None, clinic=by.clinic, initial=self._suggestion(request, by, course))
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            try:
                booked = book_appointment(
                    course=values["course"],
                    practitioner=values["practitioner"],
                    starts_at=values["starts_at"],
                    ends_at=form.ends_at,
                    is_for_needling=values["is_for_needling"],
                    by=by,
                    at=timezone.now(),
                )
            except ValidationError as error:
                form.add_error(None, _only_known(error, form))
            else:
                messages.success(request, _("Booked: %(visit)s.") % {"visit": _in_words(booked)})
                return self._to_day(booked.starts_at)
        return self._form(request, form, title=title, action=_("Book visit"), course=course)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One booking and its actions."""
        appointment: Any = self.get_object(request, object_id)
        if not self.has_view_permission(request, appointment):
            raise PermissionDenied
        return self.page(
            request,
            "courses/admin/appointment.html",
            {
                "appointment": appointment,
                "cancel_form": CancelForm(),
                "is_past": appointment.starts_at <= timezone.now(),
                "may_log": request.user.has_perm("courses.log_session"),
                "is_today_or_past": timezone.localdate(appointment.starts_at) <= timezone.localdate(),
                "events": appointment.events.select_related("by__user"),
                "session": appointment.sessions.first(),
                "may_read": request.user.has_perm("courses.view_session"),
                "title": _("Appointment"),
            },
        )

    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move to another time."""
        by = self.require(request, "courses.book_appointment")
        old = self.row(request, pk)
        minutes = int((old.ends_at - old.starts_at).total_seconds() // 60)
        initial = {
            "course": old.course_id,
            "practitioner": old.practitioner_id,
            "starts_at": old.starts_at,
            "minutes": minutes,
            "is_for_needling": old.is_for_needling,
        }
        form = BookingForm(request.POST or None, clinic=by.clinic, initial=initial)
        for name in ("course", "is_for_needling"):
            del form.fields[name]
        if request.method == "POST" and form.is_valid():
            try:
                moved = move_appointment(
                    old,
                    starts_at=form.cleaned_data["starts_at"],
                    ends_at=form.ends_at,
                    practitioner=form.cleaned_data["practitioner"],
                    by=by,
                    at=timezone.now(),
                )
            except ValidationError as error:
                form.add_error(None, _only_known(error, form))
            else:
                sentence = _(
                    "Moved to %(visit)s. The old time is free. The patient is not emailed about this. Call them."
                )
                messages.success(request, sentence % {"visit": _in_words(moved)})
                return self._to_day(moved.starts_at)
        return self._form(request, form, title=_("Move visit"), action=_("Move visit"), course=old.course)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel the booking."""
        by = self.require(request, "courses.book_appointment")
        appointment = self.row(request, pk)
        form = CancelForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                cancel_appointment(appointment, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, _only_known(error, form))
            else:
                sentence = _(
                    "Cancelled: %(visit)s. The time is free. The patient is not emailed about this. Call them."
                )
                messages.success(request, sentence % {"visit": _in_words(appointment)})
                return self._to_day(appointment.starts_at)
        title = _("Cancel the appointment")
        return self._form(request, form, title=title, action=title, course=appointment.course)

    def missed(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark as missed, after a confirmation that shows the name and the time."""
        by = self.require(request, "courses.book_appointment")
        appointment = self.row(request, pk)
        at, is_booked = timezone.now(), appointment.status == Appointment.Status.BOOKED
        if request.method == "POST" and "is_sure" not in request.POST and is_booked:
            context = {
                "appointment": appointment,
                "patient": appointment.course.patient,
                "may_log": request.user.has_perm("courses.log_session"),
                "title": _("Mark as missed"),
            }
            return self.page(request, "courses/admin/missed.html", context)
        if request.method == "POST":
            sentence = _("Marked as missed: %(visit)s. Call the patient and book another time.")
            words = sentence % {"visit": _in_words(appointment)}
            self._try(request, lambda: mark_missed(appointment, by=by, at=at), words)
        return self._to_day(appointment.starts_at)

    def _try(self, request: HttpRequest, act: Any, done: str) -> None:
        try:
            act()
            messages.success(request, done)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))

    def _day(self, membership: Membership, day: date) -> dict[str, Any]:
        start = datetime.combine(day, datetime.min.time(), tzinfo=membership.clinic.zone_info)
        rows = list(
            Appointment.objects.visible_to(membership)
            .between(start, start + timedelta(days=1))
            .exclude(status=Appointment.Status.CANCELLED)
            .select_related("course__patient", "practitioner__user")
        )
        people = {member.pk: member for member in clinicians(membership.clinic)}
        people |= {row.practitioner_id: row.practitioner for row in rows}
        holiday = Holiday.objects.for_clinic(membership.clinic).filter(on=day).first()
        weekdays = hours_by_weekday(membership.clinic.opening_hours.all())
        return {
            "day": day,
            "day_input": DayInput().render("day", day, {"id": "id_day"}),
            "yesterday": day - timedelta(days=1),
            "tomorrow": day + timedelta(days=1),
            "n_standing": sum(row.status == Appointment.Status.BOOKED for row in rows),
            "holiday": holiday,
            "is_closed": bool(holiday or (weekdays and day.isoweekday() not in weekdays)),
            "columns": [
                (member, [row for row in rows if row.practitioner_id == pk]) for pk, member in people.items()
            ],
        }

    def _course(self, request: HttpRequest, by: Membership) -> Course | None:
        """The course in the address or the sent form."""
        sent = (request.POST or getattr(request, "typed", {})).get("course", "")
        if sent.isdecimal() and len(sent) < 19:
            rows = Course.objects.for_clinic(by.clinic).select_related("patient", "practitioner__user")
            return rows.filter(pk=int(sent)).first()
        return asked(request, "course", lambda typed: course_named(by.clinic, typed))

    def _suggestion(self, request: HttpRequest, by: Membership, course: Course | None) -> dict[str, Any]:
        """The course and the day in the address."""
        day = _day_asked(request)
        found: dict[str, Any] = {"practitioner": by.pk if by.is_clinician else None}
        if course:
            found |= {"course": course.pk, "practitioner": course.practitioner_id}
        if day:
            found["starts_at"] = datetime.combine(day, datetime.min.time().replace(hour=9))
        return found

    def _form(
        self, request: HttpRequest, form: Any, *, title: str, action: str, course: Course | None = None
    ) -> HttpResponse:
        context = {
            "form": form,
            "title": title,
            "action": action,
            "chosen": course,
            "choose_url": reverse("admin:courses_appointment_add"),
        }
        response = self.page(request, "courses/admin/booking.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def _to_day(self, at: datetime) -> HttpResponse:
        url = reverse("admin:courses_appointment_changelist")
        return HttpResponseRedirect(f"{url}?day={timezone.localdate(at).isoformat()}")


def _day_asked(request: HttpRequest) -> date | None:
    """The day in the address; for an invalid one, a message and today."""
    return asked(request, "day", lambda typed: day_asked(typed, today=timezone.localdate()))


def _in_words(appointment: Appointment) -> str:
    """The patient and the time."""
    starts_at = appointment.clinic.local(appointment.starts_at)
    return f"{appointment.course.patient.picker_label}, {shown_short_weekday_moment(starts_at)}"


def _only_known(error: ValidationError, form: Any) -> ValidationError:
    """Errors beside their fields if the form has them, otherwise above the form."""
    if not hasattr(error, "error_dict"):
        return error
    known = {field: errors for field, errors in error.error_dict.items() if field in form.fields}
    others = [
        message for field, errors in error.error_dict.items() if field not in form.fields for message in errors
    ]
    return ValidationError({**known, **({"__all__": others} if others else {})})
