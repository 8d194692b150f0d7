"""What is known of all courses before one starts."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day
from clinic.models import Clinic, ClinicScopedQuerySet, Membership


class PriorQuerySet(ClinicScopedQuerySet["Prior"]):
    """Fitted priors."""

    def adopted(self) -> Self:
        """The one in use."""
        return self.filter(is_adopted=True)

    def once_adopted(self) -> Self:
        """Those in use now or before, which can be used again."""
        return self.filter(events__kind__in=PriorEvent.TAKEN_INTO_USE).distinct()


class Prior(models.Model):
    """One fit over a clinic's courses. Its numbers never change; only which one is in use."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="priors", verbose_name=_("clinic"))
    version = models.PositiveIntegerField(_("version"))
    numbers = models.JSONField(_("numbers"))
    n_patients = models.PositiveIntegerField(_("patients"))
    n_courses = models.PositiveIntegerField(_("courses"))
    n_scores = models.PositiveIntegerField(_("scores"))
    log_likelihood = models.FloatField(_("log-likelihood"), null=True, blank=True)
    comparison = models.JSONField(
        _("comparison"),
        default=dict,
        help_text=_("Compared with the Prior in use, on scores that neither had seen."),
    )
    fitted_at = models.DateTimeField(_("fitted"))
    is_adopted = models.BooleanField(_("in use"), default=False)

    objects = PriorQuerySet.as_manager()

    class Meta:
        verbose_name = _("prior")
        # The text for staff in the list of set-up pages.
        verbose_name_plural = _("healing curve and alert budget")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="courses_prior_version_once"),
            models.UniqueConstraint(
                fields=["clinic"], condition=Q(is_adopted=True), name="courses_prior_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class AlertThresholdQuerySet(ClinicScopedQuerySet["AlertThreshold"]):
    """Calibrations."""

    def in_use(self) -> Self:
        """Those in use: one for each clinic."""
        return self.filter(is_in_use=True)

    def waiting(self) -> Self:
        """Those that changed so much that a lead must approve them."""
        return self.filter(needs_approval=True, approved_at=None, is_in_use=False)


class AlertThreshold(models.Model):
    """One calibration of the alert rule to the clinic's budget. Its numbers never change; only which is in use."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="alert_thresholds", verbose_name=_("clinic"))
    version = models.PositiveIntegerField(_("version"))
    prior = models.ForeignKey(
        Prior, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prior")
    )
    budget_per_100 = models.DecimalField(_("budget per 100 sessions"), max_digits=5, decimal_places=1)
    numbers = models.JSONField(_("numbers"))
    rates = models.JSONField(
        _("rates"), default=dict, help_text=_("Alerts that there would have been, by month and other labels.")
    )
    calibrated_at = models.DateTimeField(_("calibrated"))
    is_in_use = models.BooleanField(_("in use"), default=False)
    needs_approval = models.BooleanField(_("needs a lead's approval"), default=False)
    approved_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    objects = AlertThresholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert threshold")
        verbose_name_plural = _("alert thresholds")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="courses_alertthreshold_version_once"),
            models.UniqueConstraint(
                fields=["clinic"], condition=Q(is_in_use=True), name="courses_alertthreshold_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class PriorEvent(models.Model):
    """One event of a clinic's curve: adopted, kept, rolled back, or something staff should know."""

    class Kind(models.TextChoices):
        """What happened."""

        ADOPTED = "adopted", _("new Prior adopted")
        KEPT = "kept", _("Prior kept")
        ROLLED_BACK = "rolled_back", _("rolled back by hand")
        THRESHOLD_SET = "threshold_set", _("alert threshold set")
        THRESHOLD_WAITS = "threshold_waits", _("alert threshold waits for a lead")
        BUDGET_CHANGED = "budget_changed", _("alert budget changed")
        CLAMPED = "clamped", _("alert threshold held at its limit")
        OVER_BUDGET = "over_budget", _("fixed rules alone exceed the budget")
        COVERAGE = "coverage", _("curve covers too few or too many scores")
        STALE = "stale", _("no Prior adopted for 30 nights")

    TAKEN_INTO_USE = (Kind.ADOPTED, Kind.ROLLED_BACK)

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    prior = models.ForeignKey(
        Prior, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("prior")
    )
    threshold = models.ForeignKey(
        AlertThreshold, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("threshold")
    )
    happened_at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    objects = ClinicScopedQuerySet["PriorEvent"].as_manager()

    class Meta:
        verbose_name = _("curve event")
        verbose_name_plural = _("curve events")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(fields=["clinic", "-happened_at"], name="courses_priorevent_history")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shown_day(timezone.localtime(self.happened_at))}"
