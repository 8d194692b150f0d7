"""A patient of a clinic."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet
from patients.identity.birth import Birth
from patients.identity.words import patient_label


class PatientQuerySet(ClinicScopedQuerySet["Patient"]):
    """Patients."""

    def current(self) -> Self:
        """Neither archived nor merged into another record."""
        return self.unmerged().filter(archived_at=None)

    def unmerged(self) -> Self:
        """Those not merged into another record."""
        return self.filter(merged_into=None)


class Patient(models.Model):
    """A person treated at a clinic; a person treated at two clinics is two patients."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="patients", verbose_name=_("clinic"))
    given_name = models.CharField(
        _("given name"),
        max_length=80,
        blank=True,
        help_text=_("A person with one name: leave the other one empty."),
    )
    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(
        _("year of birth"), null=True, blank=True, help_text=_("If only the year is known.")
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("email"), blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    is_training = models.BooleanField(
        _("test patient"),
        default=False,
        help_text=_(
            "For practice: no alerts or emails are sent, and no figure counts it. It cannot be changed later."
        ),
    )
    preferred_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("preferred weekdays"),
        null=True,
        blank=True,
        editable=False,
    )
    preferred_from = models.TimeField(_("not before"), null=True, blank=True, editable=False)
    preferred_until = models.TimeField(_("finished by"), null=True, blank=True, editable=False)
    email_failed_at = models.DateTimeField(_("email refused"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged_away"
    )
    # The columns for search. The database fills all three, whoever writes the name (migration 0003).
    search_text = models.GeneratedField(
        expression=Func("given_name", "family_name", function="patients_search_text"),
        output_field=models.TextField(),
        db_persist=True,
    )
    search_near = models.GeneratedField(
        expression=Func("given_name", "family_name", function="patients_search_near"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )
    phone_digits = models.GeneratedField(
        expression=Func("phone", function="patients_digits"), output_field=models.TextField(), db_persist=True
    )

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
            models.CheckConstraint(
                condition=Q(birth_year=None) | Q(born_on=None, birth_year__gte=1900),
                name="patients_patient_birth_day_or_year",
            ),
            models.CheckConstraint(
                condition=~Q(given_name="", family_name=""),
                name="patients_patient_has_a_name",
                violation_error_message=_("Enter a name: the given name, the family name or both."),
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")), name="patients_patient_not_merged_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "family_name", "given_name"], name="patients_patient_by_name"),
            models.Index(fields=["clinic", "born_on"], name="patients_patient_by_birth"),
            # Indexed at once: every search would otherwise read the list of rows that wait for the index.
            GinIndex(
                OpClass(Upper("email"), name="gin_trgm_ops"), name="patients_patient_by_email", fastupdate=False
            ),
            GinIndex(
                OpClass("search_text", name="gin_trgm_ops"), name="patients_patient_by_text", fastupdate=False
            ),
            GinIndex(fields=["search_near"], name="patients_patient_near_text", fastupdate=False),
            GinIndex(
                OpClass("phone_digits", name="gin_trgm_ops"), name="patients_patient_by_phone", fastupdate=False
            ),
        ]

    def __str__(self) -> str:
        return _("%(name)s (test patient)") % {"name": self.name} if self.is_training else self.name

    @property
    def name(self) -> str:
        """The name alone; all other labels mark a test patient."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def birth(self) -> Birth:
        """The birth date as far as it is known."""
        return Birth(self.born_on, self.birth_year)

    @property
    def picker_label(self) -> str:
        """The label in pickers."""
        return patient_label(self)

    def ages(self, on: date) -> tuple[int, int] | None:
        """The youngest and oldest age in whole years on a day; None if nothing is known."""
        return self.birth.ages(on)
