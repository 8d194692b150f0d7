"""Who answers alerts when."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


class DutyQuerySet(ClinicScopedQuerySet["Duty"]):
    """The duty rota."""

    def on_duty(self, at: datetime) -> Self:
        """Duties at a time."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def between(self, start: datetime, end: datetime) -> Self:
        """Duties that overlap a stretch of time."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class Duty(models.Model):
    """One stretch of time in which one member answers the alerts; planned in the clinic's wall time."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="duties", verbose_name=_("clinic"))
    member = models.ForeignKey(Membership, models.PROTECT, related_name="duties", verbose_name=_("on duty"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duty rota")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="clinic_duty_ends_after_it_starts",
                violation_error_message=_("The duty must end after it starts."),
            ),
        ]
        indexes = [models.Index(fields=["clinic", "ends_at"], name="clinic_duty_by_end")]

    def __str__(self) -> str:
        return str(self.member)
