"""Changes to a patient's file after it was written, with the reason."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from patients.models.patient import Patient


class FileCorrection(models.Model):
    """One fact of a patient's file before and after: who, when, why. Never changed, never deleted."""

    class Subject(models.TextChoices):
        """The kind of record that was corrected."""

        PATIENT = "patient", _("person")
        ASSESSMENT = "assessment", _("assessment")
        IMAGING = "imaging", _("imaging")
        TYPE = "type", _("type")
        CHECK = "check", _("neurological check")
        LETTER = "letter", _("specialist's letter")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="corrections", verbose_name=_("patient"))
    act = models.UUIDField(_("act"), default=uuid.uuid4, help_text=_("What was corrected together."))
    subject = models.CharField(_("record"), max_length=12, choices=Subject)
    subject_id = models.PositiveBigIntegerField(_("record's number"))
    field = models.CharField(_("what"), max_length=40)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    reason = models.CharField(_("why"), max_length=300)
    corrected_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("who"))
    corrected_at = models.DateTimeField(_("when"))

    objects = ClinicScopedQuerySet["FileCorrection"].as_manager()

    class Meta:
        verbose_name = _("correction of a file")
        verbose_name_plural = _("corrections of files")
        ordering = ["-corrected_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="patients_filecorrection_has_a_reason"),
        ]
        indexes = [
            models.Index(fields=["patient", "-corrected_at"], name="patients_filecorrection_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}: {self.field}"
