"""Why a patient gets a mail."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet
from courses.models.appointment import Appointment
from courses.models.check_in import CheckIn
from courses.models.course import Course


class Reminder(models.Model):
    """One reason to write to a patient at one time, and its result."""

    class Kind(models.TextChoices):
        """The purpose."""

        BEFORE_24H = "before_24h", _("the day before an appointment")
        CHECK_IN_DAY1 = "check_in_day1", _("next-day check-in")
        CHECK_IN_DAY3 = "check_in_day3", _("day-3 check-in")

    class State(models.TextChoices):
        """The state."""

        PLANNED = "planned", _("planned")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("not sent")
        CANCELLED = "cancelled", _("cancelled")
        UNKNOWN = "unknown", _("sent or not: unknown")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="reminders", verbose_name=_("course"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    appointment = models.ForeignKey(
        Appointment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reminders",
        verbose_name=_("appointment"),
    )
    starts_at = models.DateTimeField(_("appointment starts"), null=True, blank=True)
    check_in = models.OneToOneField(
        CheckIn, models.PROTECT, null=True, blank=True, related_name="reminder", verbose_name=_("check-in")
    )
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    refused_because = models.CharField(_("why not"), max_length=60, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = ClinicScopedQuerySet["Reminder"].as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "kind", "starts_at"],
                name="courses_reminder_once_per_appointment_and_start",
            ),
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, starts_at__isnull=False) | Q(check_in__isnull=False),
                name="courses_reminder_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refused_because=""),
                name="courses_reminder_refusal_says_why",
            ),
        ]
        indexes = [models.Index(fields=["course", "-due_at"], name="courses_reminder_by_course")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%Y-%m-%d %H:%M}"
