"""The history of courses and appointments: who did what, when and why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.appointment import Appointment
from courses.models.course import Course


class AppointmentEvent(models.Model):
    """One thing that happened to an appointment. The database refuses to change or delete it."""

    class Kind(models.TextChoices):
        """What happened."""

        BOOKED = "booked", _("booked")
        MOVED = "moved", _("moved to another time")
        CANCELLED = "cancelled", _("cancelled")
        MISSED = "missed", _("marked as missed")
        ATTENDED = "attended", _("session logged")
        REOPENED = "reopened", _("booked again")
        REZONED = "rezoned", _("the clinic's time zone changed")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="events", verbose_name=_("appointment")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    happened_at = models.DateTimeField(_("when"))

    objects = ClinicScopedQuerySet["AppointmentEvent"].as_manager()

    class Meta:
        verbose_name = _("event of an appointment")
        verbose_name_plural = _("events of appointments")
        ordering = ["happened_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="reopened") | ~Q(reason=""), name="courses_appointmentevent_reopened_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shown_moment(timezone.localtime(self.happened_at))}"


class CourseEvent(models.Model):
    """A course ended or was reopened. The database refuses to change or delete it."""

    class Kind(models.TextChoices):
        """What happened."""

        ENDED = "ended", _("ended")
        REOPENED = "reopened", _("reopened")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="events", verbose_name=_("course"))
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    old_status = models.CharField(_("from"), max_length=12, choices=Course.Status)
    new_status = models.CharField(_("to"), max_length=12, choices=Course.Status)
    hold_reason = models.CharField(_("why it was on hold"), max_length=200, blank=True)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    happened_at = models.DateTimeField(_("when"))

    objects = ClinicScopedQuerySet["CourseEvent"].as_manager()

    class Meta:
        verbose_name = _("event of a course")
        verbose_name_plural = _("events of courses")
        ordering = ["happened_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="reopened") | ~Q(reason=""), name="courses_courseevent_reopened_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shown_moment(timezone.localtime(self.happened_at))}"
