"""What is known of all courses before one starts."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet


class PriorQuerySet(ClinicScopedQuerySet["Prior"]):
    """Fitted priors."""

    def adopted(self) -> Self:
        """The one in use."""
        return self.filter(is_adopted=True)


class Prior(models.Model):
    """One fit over a clinic's courses. Its numbers never change; which one is in use does."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="priors", verbose_name=_("clinic"))
    version = models.PositiveIntegerField(_("version"))
    numbers = models.JSONField(_("numbers"))
    n_patients = models.PositiveIntegerField(_("patients"))
    n_courses = models.PositiveIntegerField(_("courses"))
    n_scores = models.PositiveIntegerField(_("scores"))
    log_likelihood = models.FloatField(_("log-likelihood"), null=True, blank=True)
    fitted_at = models.DateTimeField(_("fitted"))
    is_adopted = models.BooleanField(_("in use"), default=False)
    verdict = models.CharField(_("why"), max_length=200, blank=True)

    objects = PriorQuerySet.as_manager()

    class Meta:
        verbose_name = _("prior")
        verbose_name_plural = _("priors")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="courses_prior_version_once"),
            models.UniqueConstraint(
                fields=["clinic"], condition=Q(is_adopted=True), name="courses_prior_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class AlertThreshold(models.Model):
    """One calibration of the alert rule to the clinic's budget. The newest is in use."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="alert_thresholds", verbose_name=_("clinic"))
    version = models.PositiveIntegerField(_("version"))
    prior = models.ForeignKey(
        Prior, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prior")
    )
    budget_per_100 = models.DecimalField(_("budget per 100 sessions"), max_digits=5, decimal_places=1)
    numbers = models.JSONField(_("numbers"))
    calibrated_at = models.DateTimeField(_("calibrated"))

    objects = ClinicScopedQuerySet["AlertThreshold"].as_manager()

    class Meta:
        verbose_name = _("alert threshold")
        verbose_name_plural = _("alert thresholds")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="courses_alertthreshold_version_once")
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
