"""What a doctor found: the diagnosis, the imaging behind it, a specialist's letter."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day
from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from patients.documents import DocumentKind, private_storage, random_name
from patients.models.patient import Patient


class Assessment(Voidable):
    """A licensed professional's diagnosis, on file before anybody needles."""

    class Origin(models.TextChoices):
        """Where the pain comes from."""

        NEUROLOGICAL = "neurological", _("neurological")
        STRUCTURAL = "structural", _("structural")
        MUSCULAR = "muscular", _("muscular")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="assessments", verbose_name=_("patient"))
    diagnosed_by = models.CharField(
        _("diagnosed by"), max_length=120, help_text=_("Name of the licensed professional.")
    )
    licence = models.CharField(_("licence"), max_length=80)
    diagnosed_on = models.DateField(_("diagnosed on"))
    origin = models.CharField(_("origin"), max_length=20, choices=Origin)
    is_vertigo_explained = models.BooleanField(
        _("vascular and vestibular causes of vertigo excluded"), default=False
    )
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = VoidableQuerySet["Assessment"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["Assessment"].as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-diagnosed_on", "-pk"]
        constraints = [
            void_says_why("patients_assessment_void_says_why"),
            models.CheckConstraint(
                condition=~Q(diagnosed_by="") & ~Q(licence=""), name="patients_assessment_says_who"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_origin_display()}, {shown_day(self.diagnosed_on)}"


class Imaging(models.Model):
    """One image of the neck and what it showed."""

    class Kind(models.TextChoices):
        """How it was taken."""

        X_RAY = "x_ray", _("X-ray")
        MRI = "mri", "MRI"
        CT = "ct", "CT"

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="imaging", verbose_name=_("assessment")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    taken_on = models.DateField(_("taken on"))
    level = models.CharField(_("level"), max_length=40, blank=True, help_text=_("For example C5/C6."))
    finding = models.CharField(_("finding"), max_length=300)

    objects = ClinicScopedQuerySet["Imaging"].as_manager()

    class Meta:
        verbose_name = _("imaging")
        verbose_name_plural = _("imaging")
        ordering = ["-taken_on"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shown_day(self.taken_on)}"


class NeuroCheck(Voidable):
    """A neurological check: Hoffmann, gait, grip; for class B at the start and at least every four sessions."""

    class Result(models.TextChoices):
        """The result of the check."""

        NORMAL = "normal", _("normal")
        UNCHANGED = "unchanged", _("unchanged")
        WORSE = "worse", _("worse")

    class Sign(models.TextChoices):
        """The result of one part of the examination; empty if it was not examined."""

        NORMAL = "normal", _("normal")
        ABNORMAL = "abnormal", _("abnormal")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="neuro_checks", verbose_name=_("patient"))
    checked_on = models.DateField(_("checked on"))
    result = models.CharField(_("result"), max_length=10, choices=Result)
    hoffmann = models.CharField(_("Hoffmann sign"), max_length=10, choices=Sign, blank=True)
    gait = models.CharField(_("gait"), max_length=10, choices=Sign, blank=True)
    grip = models.CharField(_("grip"), max_length=10, choices=Sign, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = VoidableQuerySet["NeuroCheck"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["NeuroCheck"].as_manager()

    class Meta:
        verbose_name = _("neurological check")
        verbose_name_plural = _("neurological checks")
        ordering = ["-checked_on", "-pk"]
        constraints = [void_says_why("patients_neurocheck_void_says_why")]

    def __str__(self) -> str:
        return f"{self.get_result_display()}, {shown_day(self.checked_on)}"


class SpecialistLetter(Voidable):
    """A specialist's document: clears a class C patient, in a scope, until it expires or is withdrawn."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="specialist_letters", verbose_name=_("patient")
    )
    written_by = models.CharField(_("written by"), max_length=120)
    written_on = models.DateField(_("written on"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    scope = models.CharField(
        _("scope"),
        max_length=200,
        blank=True,
        help_text=_("What it allows, e.g. “no needling of the neck”. Empty: all."),
    )
    document = models.FileField(_("document"), storage=private_storage, upload_to=random_name, max_length=80)
    document_kind = models.CharField(_("kind of document"), max_length=20, choices=DocumentKind)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = VoidableQuerySet["SpecialistLetter"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["SpecialistLetter"].as_manager()

    class Meta:
        verbose_name = _("specialist letter")
        verbose_name_plural = _("specialist letters")
        ordering = ["-written_on", "-pk"]
        constraints = [
            void_says_why("patients_specialistletter_void_says_why"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("written_on")),
                name="patients_specialistletter_expires_after_writing",
                violation_error_message=_("The letter must not expire before it was written."),
            ),
            models.CheckConstraint(condition=~Q(document=""), name="patients_specialistletter_has_its_document"),
        ]

    def __str__(self) -> str:
        return f"{self.written_by}, {shown_day(self.written_on)}"
