"""Whether somebody was reached about a report: the time from the report to the first accepted message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models import Clinic, ClinicScopedQuerySet, Message
from courses.models.alerting.alert import SEVERITY_CHOICES, Alert, AlertEvent


class ReachQuerySet(ClinicScopedQuerySet["Reach"]):
    """Clocks that run until somebody is reached."""

    def running(self) -> Self:
        """No message was accepted yet, and nobody answered."""
        return self.filter(reached_at=None, answered_at=None)

    def late_by(self, at: datetime) -> Self:
        """Running longer than allowed."""
        return self.running().filter(late_at__lte=at)


class Reach(models.Model):
    """The clock of one report, or of another event with a first message of its own.

    It counts from the report and not from a message: whatever delays a message, the clock continues.
    The database refuses to change when somebody was reached.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="reaches", verbose_name=_("alert"))
    event = models.OneToOneField(AlertEvent, models.PROTECT, related_name="reach", verbose_name=_("what happened"))
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITY_CHOICES)
    reported_at = models.DateTimeField(_("reported"))
    leaves_at = models.DateTimeField(_("may be sent"), help_text=_("When the first message may be sent."))
    late_at = models.DateTimeField(
        _("late"), help_text=_("The time after which it is a fault that nobody was reached.")
    )
    reached_at = models.DateTimeField(_("first message accepted"), null=True, blank=True)
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted message")
    )
    answered_at = models.DateTimeField(
        _("answered"),
        null=True,
        blank=True,
        help_text=_("A person acknowledged, resolved, snoozed or silenced it before a message was accepted."),
    )

    objects = ReachQuerySet.as_manager()

    class Meta:
        verbose_name = _("time to the first message")
        verbose_name_plural = _("times to the first message")
        ordering = ["event_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reached_at=None, message=None) | Q(reached_at__isnull=False, message__isnull=False),
                name="courses_reach_names_its_message",
            ),
            models.CheckConstraint(
                condition=Q(late_at__gte=F("leaves_at")), name="courses_reach_late_after_it_may_leave"
            ),
        ]
        indexes = [
            models.Index(
                fields=["late_at"], condition=Q(reached_at=None, answered_at=None), name="courses_reach_running"
            ),
            models.Index(fields=["reported_at"], name="courses_reach_reported"),
        ]

    def __str__(self) -> str:
        return f"{self.severity} {shown_moment(timezone.localtime(self.reported_at))}"

    @property
    def took(self) -> timedelta | None:
        """From the report to the first accepted message."""
        if self.reached_at is None:
            return None
        return max(self.reached_at - self.reported_at, timedelta(0))
