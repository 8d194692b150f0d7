"""Why a patient gets a mail."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
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

    class WhyNot(models.TextChoices):
        """Why it was not sent, or will not be."""

        SETTLED = "settled", _("already settled")
        TEST_PATIENT = "test_patient", _("test patient")
        ARCHIVED = "archived", _("patient archived")
        NO_ADDRESS = "no_address", _("no email address")
        ADDRESS_REFUSED = "address_refused", _("email address refused earlier")
        NO_CONSENT = "no_consent", _("no consent")
        ENOUGH_TODAY = "enough_today", _("three mails today already")
        VISIT_OFF = "visit_off", _("appointment no longer booked")
        VISIT_PAST = "visit_past", _("appointment is past")
        COURSE_NOT_ACTIVE = "course_not_active", _("course not active")
        COURSE_ENDED = "course_ended", _("course ended")
        CHECK_IN_CLOSED = "check_in_closed", _("check-in no longer open")
        CHECK_IN_VOIDED = "check_in_voided", _("check-in voided")
        SESSION_VOIDED = "session_voided", _("session voided")
        NOT_ASKED = "not_asked", _("the clinic does not ask on day 3")
        ANOTHER_VISIT = "another_visit", _("another visit since")
        ZONE_CHANGED = "zone_changed", _("the clinic's time zone changed")
        NO_LONGER_DUE = "no_longer_due", _("no longer due")
        REFUSED = "refused", _("the email address was refused")
        NOT_DELIVERED = "not_delivered", _("the email could not be delivered")
        INTERRUPTED = "interrupted", _("sending was interrupted")

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
    refused_because = models.CharField(_("why not"), max_length=60, choices=WhyNot, blank=True)
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
        return f"{self.get_kind_display()} {shown_moment(timezone.localtime(self.due_at))}"
