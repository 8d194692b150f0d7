"""A patient of a clinic."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet


class PatientQuerySet(ClinicScopedQuerySet["Patient"]):
    """Patients."""

    def current(self) -> Self:
        """Not archived."""
        return self.filter(archived_at=None)


class Patient(models.Model):
    """A person treated at a clinic; a person treated at two clinics is two patients."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="patients", verbose_name=_("clinic"))
    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    born_on = models.DateField(_("date of birth"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("email"), blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    is_training = models.BooleanField(
        _("training patient"),
        default=False,
        help_text=_("For practice: no alerts or emails are sent, and no figure counts it."),
    )
    preferred_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("prefers these weekdays"),
        null=True,
        blank=True,
        editable=False,
    )
    preferred_from = models.TimeField(_("prefers to come from"), null=True, blank=True, editable=False)
    preferred_until = models.TimeField(_("and be done by"), null=True, blank=True, editable=False)
    email_failed_at = models.DateTimeField(_("email refused"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["family_name", "given_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(born_on__gte=date(1900, 1, 1)),
                name="patients_patient_birth_after_1900",
                violation_error_message=_("The date of birth must be after 1 January 1900."),
            ),
            models.CheckConstraint(
                condition=Q(born_on__lte=Now()),
                name="patients_patient_birth_not_in_the_future",
                violation_error_message=_("The date of birth must not be in the future."),
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "family_name", "given_name"], name="patients_patient_by_name"),
            models.Index(fields=["clinic", "born_on"], name="patients_patient_by_birth"),
            GinIndex(
                OpClass(Lower("family_name"), name="gin_trgm_ops"),
                OpClass(Lower("given_name"), name="gin_trgm_ops"),
                name="patients_patient_like_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def age(self, on: date) -> int:
        """Whole years on a day."""
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))
