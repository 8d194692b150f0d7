"""When a clinic is open: hours of its week, and days off."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_clock, shown_day
from clinic.models.clinic import Clinic
from clinic.models.habits import Weekday
from clinic.models.scoped import ClinicScopedQuerySet


class OpeningHours(models.Model):
    """A stretch of a weekday in which the clinic is open, in its wall time."""

    Weekday = Weekday

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="opening_hours", verbose_name=_("clinic"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="clinic_openinghours_close_after_opening",
                violation_error_message=_("The closing time must be after the opening time."),
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="clinic_openinghours_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {shown_clock(self.opens_at)}-{shown_clock(self.closes_at)}"


class Holiday(models.Model):
    """A day on which the clinic is closed."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="holidays", verbose_name=_("clinic"))
    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80)

    objects = ClinicScopedQuerySet["Holiday"].as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["clinic", "on"], name="clinic_holiday_once_a_day")]

    def __str__(self) -> str:
        return f"{shown_day(self.on)} {self.name}"
