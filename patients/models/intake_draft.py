"""What was typed at intake and not recorded yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from patients.models.patient import Patient


class IntakeDraft(models.Model):
    """One unfinished step of a patient's intake; deleted once the step is recorded. Not part of the record."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="intake_drafts", verbose_name=_("patient"))
    step = models.SlugField(_("step"), max_length=20)
    values = models.JSONField(_("typed"), default=dict)
    saved_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("saved by"))
    saved_at = models.DateTimeField(_("saved"))

    objects = ClinicScopedQuerySet["IntakeDraft"].as_manager()

    class Meta:
        verbose_name = _("unfinished intake step")
        verbose_name_plural = _("unfinished intake steps")
        ordering = ["step"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "step"], name="patients_intakedraft_one_a_step"),
        ]

    def __str__(self) -> str:
        return self.step
