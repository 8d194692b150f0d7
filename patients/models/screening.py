"""Contraindications and precautions: the clinic's list, and what was found in a patient."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day
from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from patients.models.patient import Patient


class ScreeningItem(models.Model):
    """One screening question, and what a yes rules out or requires."""

    class Effect(models.TextChoices):
        """What a yes does."""

        BLOCKS = "blocks", _("no needling until cleared")
        LIMITS = "limits", _("rules out a modality or a point")
        CAUTION = "caution", _("take care")

    class Group(models.TextChoices):
        """Questions that are asked together; a group is answered by its ticks or by “none of these”."""

        TODAY = "today", _("Today")
        SPINE = "spine", _("Neck and spine")
        NERVES = "nerves", _("Nerves and implants")
        BLOOD = "blood", _("Blood, infection, immunity")
        HEART_LUNGS = "heart_lungs", _("Heart and lungs")
        SKIN = "skin", _("Skin and allergies")
        PERSON = "person", _("The person")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="screening_items", verbose_name=_("clinic"))
    code = models.SlugField(_("code"), max_length=40)
    wording = models.CharField(_("wording"), max_length=200)
    effect = models.CharField(_("effect"), max_length=10, choices=Effect)
    tags = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("concerns"),
        default=list,
        blank=True,
        help_text=_(
            "Modalities (electro, moxa, deep, press_needle) or risk tags of points (pregnancy, pneumothorax)."
        ),
    )
    group = models.CharField(_("asked with"), max_length=12, choices=Group, default=Group.PERSON)
    asks_for = models.CharField(_("also record"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=200, blank=True)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ClinicScopedQuerySet["ScreeningItem"].as_manager()

    class Meta:
        verbose_name = _("screening question")
        verbose_name_plural = _("screening questions")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code"], name="patients_screeningitem_code_once"),
            models.CheckConstraint(
                condition=Q(effect__in=["blocks", "limits", "caution"]),
                name="patients_screeningitem_known_effect",
            ),
        ]

    def __str__(self) -> str:
        return self.wording


class Screening(Voidable):
    """One pass through the screening questions; the latest one counts."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="screenings", verbose_name=_("patient"))
    screened_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("screened by"))
    screened_at = models.DateTimeField(_("screened"))
    is_red_flags_asked = models.BooleanField(
        _("red flags asked"), default=False, help_text=_("The whole list; each yes is a report of its own.")
    )
    note = models.TextField(_("note"), blank=True)

    objects = VoidableQuerySet["Screening"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["Screening"].as_manager()

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        ordering = ["-screened_at", "-pk"]
        constraints = [void_says_why("patients_screening_void_says_why")]
        indexes = [models.Index(fields=["patient", "-screened_at"], name="patients_screening_latest")]

    def __str__(self) -> str:
        return shown_day(timezone.localtime(self.screened_at))


class ScreeningFinding(models.Model):
    """One yes in a screening, with its value."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    screening = models.ForeignKey(Screening, models.CASCADE, related_name="findings", verbose_name=_("screening"))
    item = models.ForeignKey(ScreeningItem, models.PROTECT, related_name="+", verbose_name=_("question"))
    value = models.CharField(_("value"), max_length=120, blank=True)
    valid_on = models.DateField(_("as of"), null=True, blank=True)

    objects = ClinicScopedQuerySet["ScreeningFinding"].as_manager()

    class Meta:
        verbose_name = _("screening finding")
        verbose_name_plural = _("screening findings")
        constraints = [
            models.UniqueConstraint(fields=["screening", "item"], name="patients_screeningfinding_once")
        ]

    def __str__(self) -> str:
        return str(self.item)
