"""A booked time."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.course import Course


class TsTzRange(Func):
    """The time from start to end, without the end."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class AppointmentQuerySet(ClinicScopedQuerySet["Appointment"]):
    """Appointments."""

    def between(self, start_at: datetime, end_at: datetime) -> Self:
        """Those that start within a period."""
        return self.filter(starts_at__gte=start_at, starts_at__lt=end_at)

    def taking_time(self) -> Self:
        """Booked or attended: they use the practitioner's time."""
        return self.filter(status__in=[Appointment.Status.BOOKED, Appointment.Status.KEPT])


class Appointment(models.Model):
    """A booked time with a practitioner, for a course."""

    class Status(models.TextChoices):
        """The state of the appointment."""

        BOOKED = "booked", _("booked")
        KEPT = "kept", _("attended")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="appointments", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="appointments", verbose_name=_("course"))
    practitioner = models.ForeignKey(
        Membership, models.PROTECT, related_name="appointments", verbose_name=_("practitioner")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    is_for_needling = models.BooleanField(_("for needling"), default=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.BOOKED)
    moved_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="moved_to", verbose_name=_("moved from")
    )
    booked_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("booked by"))
    booked_at = models.DateTimeField(_("booked at"))
    cancel_reason = models.CharField(_("why cancelled"), max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="courses_appointment_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            ExclusionConstraint(
                name="courses_appointment_no_clash",
                expressions=[
                    ("practitioner", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=["booked", "kept"]),
                violation_error_message=_("The practitioner has another appointment at that time."),
            ),
        ]
        indexes = [models.Index(fields=["clinic", "starts_at"], name="courses_appointment_by_time")]

    def __str__(self) -> str:
        return shown_moment(timezone.localtime(self.starts_at))
