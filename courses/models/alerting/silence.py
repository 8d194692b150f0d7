"""A silence: somebody asks not to be emailed about some alerts for a while, and says why."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.alerting.alert import SEVERITY_LABELS, Alert
from courses.models.course import Course
from courses.rules.facts import Severity, rank_of

LONGEST = timedelta(days=14)


class SilenceQuerySet(ClinicScopedQuerySet["Silence"]):
    """Silences."""

    def in_force(self, at: datetime) -> Self:
        """Those in force at a time."""
        return self.filter(starts_at__lte=at, ends_at__gt=at, ended_at=None)


class Silence(models.Model):
    """What is muted, by whom, why and until when. Alerts are still raised; red flags are never muted."""

    # What can be muted: a severity includes all milder ones.
    SEVERITY_CHOICES = [(one.value, SEVERITY_LABELS[one]) for one in (Severity.RED, Severity.AMBER, Severity.C)]
    RULES = (Alert.Rule.PAIN, Alert.Rule.UNANSWERED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="silences", verbose_name=_("clinic"))
    rule = models.CharField(
        _("about"), max_length=20, choices=[(rule.value, rule.label) for rule in RULES], blank=True
    )
    severity = models.CharField(_("up to"), max_length=10, choices=SEVERITY_CHOICES, default=Severity.AMBER.value)
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="silences", verbose_name=_("course")
    )
    practitioner = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("treating practitioner"),
    )
    reason = models.CharField(_("why"), max_length=200)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("author"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended early"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = SilenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule__in=["", "pain", "unanswered"]), name="courses_silence_never_of_red_flags"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=["red", "amber", "C"]), name="courses_silence_up_to_red"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST),
                name="courses_silence_ends_within_14_days",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_silence_has_a_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="courses_silence_ended_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "ends_at"], name="courses_silence_in_force")]

    def __str__(self) -> str:
        return self.reason

    def mutes(self, alert: Alert) -> bool:
        """Whether it mutes an alert; needs the alert's course loaded. Never a red flag."""
        if alert.is_red_flag or alert.rule not in self.RULES or self.rule not in {"", alert.rule}:
            return False
        if rank_of(alert.severity) < rank_of(self.severity):
            return False
        if self.course_id is not None and alert.course_id != self.course_id:
            return False
        treater = alert.course.practitioner_id if alert.course else None
        return self.practitioner_id is None or treater == self.practitioner_id
