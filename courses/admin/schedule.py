"""A plan's appointments: proposed as a list, changed, booked together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.country.shown import shown_full_day, shown_short_weekday_moment
from clinic.models import Clinic, Membership
from clinic.people.lacking import licence_gap
from clinic.typed.dates import BOOKING, MomentField, MomentInput
from clinic.typed.wall_clock import AsksForClock, CarriesClock
from courses.models import Appointment, Course
from courses.plans.course_state import clearance_for
from courses.plans.proposing import Conflict, Proposal
from courses.plans.scheduling import SeriesRefused, book_series, propose_series, remember_wishes
from courses.plans.start_forms import WishesForm
from patients.wording import VERDICTS, reason_texts


class TimesSelect(CarriesClock, forms.Select):
    """A list of times in the clinic's time zone."""


class TimeChoice(AsksForClock, forms.ChoiceField):
    """One of a list of times."""

    widget = TimesSelect


class SlotForm(forms.Form):
    """One session: one of the free times, another time, or left out."""

    when = TimeChoice(required=False)
    other = MomentField(required=False, span=BOOKING, widget=MomentInput(attrs={"step": 300}))

    def __init__(self, data: Any, *, proposal: Proposal, clinic: Clinic) -> None:
        first = proposal.times[0].isoformat() if proposal.times else ""
        super().__init__(data, prefix=f"slot-{proposal.number}", initial={"when": first})
        self.proposal, self.clinic = proposal, clinic
        self.refused: list[str] = []
        typed = data.get(self.add_prefix("when"), "") if data else ""
        known = [(one.isoformat(), self._words(one)) for one in proposal.times]
        aside = _("%(when)s (not as chosen)")
        known += [(one.isoformat(), aside % {"when": self._words(one)}) for one in proposal.elsewhere]
        # The diary may have changed since the page was opened: the choice is checked when booking.
        if typed and typed not in dict(known) and parse_datetime(typed):
            known.append((typed, self._words(parse_datetime(typed))))  # type: ignore[arg-type]
        when = self.fields["when"]
        if isinstance(when, forms.ChoiceField):
            when.choices = [*known, ("", _("do not book"))]
        when.widget.attrs["aria-label"] = _("Time of session %(n)d") % {"n": proposal.number}
        self.fields["other"].widget.attrs["aria-label"] = _("Another time for session %(n)d") % {
            "n": proposal.number
        }

    @property
    def conflict(self) -> str:
        """Why the requested day is not available, in words."""
        day = shown_full_day(self.proposal.meant_on)
        return {
            None: "",
            Conflict.HOLIDAY: _("%(day)s: closed, %(name)s") % {"day": day, "name": self.proposal.holiday},
            Conflict.NOT_OPEN: _("%(day)s: not open then") % {"day": day},
            Conflict.BUSY: _("%(day)s: no free time") % {"day": day},
            Conflict.NO_DAY: _("no further chosen day that week"),
        }[self.proposal.conflict]

    @property
    def starts_at(self) -> datetime | None:
        """The chosen time; a typed time takes precedence."""
        other: datetime | None = self.cleaned_data.get("other")
        return other or parse_datetime(self.cleaned_data.get("when") or "")

    def _words(self, at: datetime) -> str:
        return shown_short_weekday_moment(self.clinic.local(at))


class Schedule:
    """The view, bound to the course admin whose rows it may see."""

    def __init__(self, course_admin: ClinicScopedAdmin) -> None:
        self.admin = course_admin

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose times, or book all that were chosen."""
        by = self.admin.require(request, "courses.book_appointment")
        course, at = self.admin.row(request, pk), timezone.now()
        wishes_form = WishesForm(request.GET, course=course)
        found = wishes_form.wishes(course)
        if found is None:
            return self._page(request, course, wishes_form, [], at, practitioner=course.practitioner)
        wishes, practitioner = found
        data = request.POST if request.method == "POST" else None
        if data is not None and _are_booked(course, data):
            # The form was sent twice.
            messages.info(request, _("These visits are booked already."))
            return HttpResponseRedirect(reverse("admin:courses_course_change", args=[pk]))
        proposals = propose_series(course, practitioner=practitioner, wishes=wishes, at=at)
        slots = [SlotForm(data, proposal=one, clinic=course.clinic) for one in proposals]
        wrong = [] if data is None else [slot for slot in slots if not slot.is_valid()]
        if data is None or wrong:
            return self._page(request, course, wishes_form, slots, at, practitioner=practitioner)
        times = {slot.proposal.number: slot.starts_at for slot in slots if slot.starts_at}
        try:
            booked = book_series(
                course, times=times, minutes=wishes.minutes, practitioner=practitioner, by=by, at=at
            )
        except SeriesRefused as refused:
            for slot in slots:
                slot.refused = refused.errors.get(slot.proposal.number, [])
            return self._page(request, course, wishes_form, slots, at, practitioner=practitioner)
        if booked:
            remember_wishes(course.patient, wishes)
        sentence = ngettext("%(n)d appointment booked.", "%(n)d appointments booked.", len(booked))
        messages.success(request, sentence % {"n": len(booked)})
        return HttpResponseRedirect(reverse("admin:courses_course_change", args=[pk]))

    def _page(
        self,
        request: HttpRequest,
        course: Course,
        wishes: WishesForm,
        slots: list[SlotForm],
        at: datetime,
        *,
        practitioner: Membership,
    ) -> HttpResponse:
        by, today = active_membership(request.user), course.clinic.local(at).date()
        clearance = clearance_for(course, on=today, practitioner=practitioner)
        # A licence that ends before the last visit would let the booking fail after everything was chosen.
        last_on = max((time.date() for slot in slots for time in slot.proposal.times[:1]), default=today)
        gap = licence_gap(practitioner, on=last_on, reader=by)
        context = {
            "course": course,
            "wishes": wishes,
            "slots": slots,
            "is_refused": any(slot.refused or slot.errors for slot in slots),
            "n_conflicts": sum(1 for slot in slots if slot.proposal.conflict and slot.proposal.is_placed),
            "unplaced": [slot for slot in slots if not slot.proposal.is_placed],
            "clearance": clearance,
            "lacks": [gap] if gap else [],
            "clearance_verdict": VERDICTS[clearance.verdict],
            "clearance_reasons": reason_texts(clearance, to=by, ask=practitioner),
            "title": _("Appointments of the course"),
        }
        response = self.admin.page(request, "courses/admin/schedule.html", context)
        response.status_code = 422 if request.method == "POST" else 200
        return response


def _are_booked(course: Course, data: Any) -> bool:
    """Whether every chosen time is already a visit of this course."""
    typed = [value for key, value in data.items() if key.startswith("slot-") and key.endswith("-when") and value]
    times = {at for value in typed if (at := parse_datetime(value))}
    others = any(value for key, value in data.items() if key.startswith("slot-") and key.endswith("-other"))
    if not times or others:
        return False
    booked = course.appointments.filter(status=Appointment.Status.BOOKED, starts_at__in=times)
    return booked.count() == len(times)
