"""Types of neck pain: the clinic's catalogue, and the dated types of a patient."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from patients.models.patient import Patient


class ClearanceClass(models.TextChoices):
    """What a type requires before needling."""

    A = "A", _("A: may be treated")
    B = "B", _("B: after a neurological check, repeated every 4 sessions")
    C = "C", _("C: blocked until a specialist clears")


class PainType(models.Model):
    """A type of neck pain as the clinic uses it: codes, clearance class, source."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="pain_types", verbose_name=_("clinic"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    meaning = models.TextField(_("meaning"), blank=True)
    clearance_class = models.CharField(_("clearance class"), max_length=1, choices=ClearanceClass)
    icd10cm = models.CharField("ICD-10-CM", max_length=80, blank=True)
    icd10 = models.CharField("ICD-10", max_length=80, blank=True)
    snomed = models.CharField("SNOMED CT", max_length=160, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ClinicScopedQuerySet["PainType"].as_manager()

    class Meta:
        verbose_name = _("type of neck pain")
        verbose_name_plural = _("types of neck pain")
        ordering = ["clearance_class", "code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code"], name="patients_paintype_code_once"),
            models.CheckConstraint(
                condition=Q(clearance_class__in=ClearanceClass.values), name="patients_paintype_known_class"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PatientPainTypeQuerySet(VoidableQuerySet["PatientPainType"]):
    """Types of patients, with dates."""

    def on(self, day: date) -> Self:
        """Those that apply on a day."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), starts_on__lte=day)


class PatientPainType(Voidable):
    """A type that a patient has from a date on, working or confirmed; several can apply at once."""

    class Status(models.TextChoices):
        """How certain the type is."""

        WORKING = "working", _("working")
        CONFIRMED = "confirmed", _("confirmed")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="pain_types", verbose_name=_("patient"))
    pain_type = models.ForeignKey(PainType, models.PROTECT, related_name="+", verbose_name=_("type"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.WORKING)
    has_vertigo = models.BooleanField(_("with vertigo"), default=False)
    starts_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = PatientPainTypeQuerySet.as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["PatientPainType"].as_manager()

    class Meta:
        verbose_name = _("type of a patient")
        verbose_name_plural = _("types of a patient")
        ordering = ["starts_on", "pk"]
        constraints = [
            void_says_why("patients_patientpaintype_void_says_why"),
            models.UniqueConstraint(
                fields=["patient", "pain_type", "status"],
                condition=Q(ended_on=None, voided_at=None),
                name="patients_patientpaintype_once_at_a_time",
                violation_error_message=_("The patient has this type already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("starts_on")),
                name="patients_patientpaintype_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pain_type} ({self.get_status_display()})"
