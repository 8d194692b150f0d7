"""The booked visit of a session: found by its time, or asked if several fit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.country.shown import shown_weekday_moment
from courses.models import Appointment, Course

# A visit may be logged after midnight, or begin much earlier or later than booked.
NEAR = timedelta(hours=6)
WALK_IN = "none"


def is_near(visit: Appointment, held_at: datetime) -> bool:
    """Whether a session at a time can be the one of a booked visit: the same day, or a few hours apart."""
    local = visit.clinic.local
    return local(visit.starts_at).date() == local(held_at).date() or abs(visit.starts_at - held_at) <= NEAR


def open_visits(course: Course, *, until: datetime) -> list[Appointment]:
    """The course's booked visits up to a time that nobody logged or marked, the earliest first."""
    booked = course.appointments.filter(status=Appointment.Status.BOOKED, starts_at__lte=until)
    visits = list(booked.select_related("practitioner__user").order_by("starts_at", "pk"))
    for visit in visits:
        visit.clinic = course.clinic
    return visits


class VisitFields(forms.Form):
    """The choice of the booked visit. Nothing is asked if only one fits, or none."""

    appointment = forms.CharField(label=gettext_lazy("Visit"), required=False, widget=forms.Select)

    course: Course
    visits: list[Appointment]

    def add_visits(self, course: Course, *, at: datetime) -> None:
        """Add the possible visits; a form opened for a visit of an earlier day starts with that visit's time."""
        self.course, self.visits = course, open_visits(course, until=at + NEAR)
        wanted = str(self.initial.get("appointment") or "")
        chosen = next((one for one in self.visits if str(one.pk) == wanted), None)
        near = [one for one in self.visits if is_near(one, at)]
        if chosen is None and len(near) == 1 and not wanted:
            chosen = near[0]
        self.initial["appointment"] = chosen.pk if chosen else ""
        if chosen is not None and not is_near(chosen, at):
            self.initial["held_at"] = course.clinic.local(chosen.starts_at)
        ask = [("", _("Choose a visit"))] if chosen is None or self.is_bound else []
        offered = [(str(one.pk), self._words(one)) for one in self.visits]
        widget = self.fields["appointment"].widget
        if isinstance(widget, forms.Select):
            widget.choices = [*ask, *offered, (WALK_IN, _("No appointment (walk-in)"))]

    def find_visit(self, values: dict[str, Any]) -> Appointment | None:
        """The visit that was chosen or found; an error on the field if it is not clear."""
        typed, held_at = values.get("appointment", ""), values.get("held_at")
        if typed == WALK_IN:
            return None
        if typed:
            return self._chosen(typed, held_at)
        near = [one for one in self.visits if held_at is not None and is_near(one, held_at)]
        if len(near) > 1:
            message = ngettext(
                "%(n)d visit is booked around that time. Choose the one this session belongs to.",
                "%(n)d visits are booked around that time. Choose the one this session belongs to.",
                len(near),
            )
            self.add_error("appointment", message % {"n": len(near)})
        return near[0] if len(near) == 1 else None

    def _chosen(self, typed: str, held_at: datetime | None) -> Appointment | None:
        rows = Appointment.objects.filter(course=self.course).select_related("clinic")
        visit = rows.filter(pk=typed).first() if typed.isdecimal() and len(typed) < 19 else None
        if visit is None:
            self.add_error("appointment", _("This visit belongs to another course. Choose another one."))
            return None
        is_other_time = held_at is not None and not is_near(visit, held_at)
        if visit.status == Appointment.Status.BOOKED and held_at is not None and is_other_time:
            message = _("The visit is on %(visit)s, the session on %(session)s. Change the time or the visit.")
            values = {"visit": self._when(visit.starts_at), "session": self._when(held_at)}
            self.add_error("appointment", message % values)
        return visit

    def _words(self, visit: Appointment) -> str:
        values = {"when": self._when(visit.starts_at), "who": visit.practitioner}
        return _("%(when)s with %(who)s") % values

    def _when(self, at: datetime) -> str:
        return shown_weekday_moment(self.course.clinic.local(at))
