"""The bounds of the rules as a clinic set them: one row for each version, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership


class RuleSettings(models.Model):
    """One version of a clinic's bounds: the newest applies. Who set it, when, why, and the result of its dry run.

    Red flags have no bounds, so that no version can stop one.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="rule_settings", verbose_name=_("clinic"))
    version = models.PositiveIntegerField(_("version"))
    numbers = models.JSONField(_("bounds"))
    dry_run = models.JSONField(
        _("dry run"), default=dict, help_text=_("Its effect on the sessions of the last 90 days.")
    )
    reason = models.CharField(_("why"), max_length=200)
    set_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set"))

    objects = ClinicScopedQuerySet["RuleSettings"].as_manager()

    class Meta:
        verbose_name = _("rule settings")
        verbose_name_plural = _("rule settings")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="courses_rulesettings_version_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_rulesettings_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
