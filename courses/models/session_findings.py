"""Findings of one session beside pain: neck movement and symptoms."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet
from courses.models.session import Session

# No neck turns further, so a larger number is a typing error.
MOST_DEGREES = 130


class SessionMotion(models.Model):
    """Range of motion of the neck in degrees; empty if not measured."""

    DIRECTIONS = ("flexion", "extension", "lateral_left", "lateral_right", "rotation_left", "rotation_right")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    session = models.OneToOneField(
        Session, models.PROTECT, related_name="motion", verbose_name=_("session"), primary_key=True
    )
    flexion = models.PositiveSmallIntegerField(_("flexion"), null=True, blank=True)
    extension = models.PositiveSmallIntegerField(_("extension"), null=True, blank=True)
    lateral_left = models.PositiveSmallIntegerField(_("bending left"), null=True, blank=True)
    lateral_right = models.PositiveSmallIntegerField(_("bending right"), null=True, blank=True)
    rotation_left = models.PositiveSmallIntegerField(_("turning left"), null=True, blank=True)
    rotation_right = models.PositiveSmallIntegerField(_("turning right"), null=True, blank=True)

    objects = ClinicScopedQuerySet["SessionMotion"].as_manager()

    class Meta:
        verbose_name = _("range of motion")
        verbose_name_plural = _("ranges of motion")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": MOST_DEGREES}),
                name=f"courses_sessionmotion_{name}_to_{MOST_DEGREES}",
            )
            for name in (
                "flexion",
                "extension",
                "lateral_left",
                "lateral_right",
                "rotation_left",
                "rotation_right",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(f"{label} {degrees}°" for label, degrees in self.measured)

    @property
    def measured(self) -> list[tuple[str, int]]:
        """Each measured direction in words, with its degrees."""
        labels = {name: str(self._meta.get_field(name).verbose_name) for name in self.DIRECTIONS}  # type: ignore[union-attr]
        return [(labels[name], value) for name in self.DIRECTIONS if (value := getattr(self, name)) is not None]


class SessionSymptom(models.Model):
    """One symptom at one session, in four grades: enough to see a change, quick enough to ask each time.

    Only pain has eleven steps, so that no symptom is mistaken for the score the curve learns from.
    """

    class Code(models.TextChoices):
        """Symptoms of neck patients."""

        STIFFNESS = "stiffness", _("stiffness")
        TIGHTNESS = "tightness", _("tightness")
        RADIATING = "radiating", _("radiating pain")
        HEADACHE = "headache", _("headache")
        DIZZINESS = "dizziness", _("dizziness")
        NUMBNESS = "numbness", _("numbness of arms or hands")

    class Grade(models.IntegerChoices):
        """How strong."""

        NONE = 0, _("none")
        MILD = 1, _("mild")
        MODERATE = 2, _("moderate")
        SEVERE = 3, _("severe")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    session = models.ForeignKey(Session, models.PROTECT, related_name="symptoms", verbose_name=_("session"))
    code = models.CharField(_("symptom"), max_length=12, choices=Code)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade)

    objects = ClinicScopedQuerySet["SessionSymptom"].as_manager()

    class Meta:
        verbose_name = _("symptom")
        verbose_name_plural = _("symptoms")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "code"], name="courses_sessionsymptom_once"),
            models.CheckConstraint(condition=Q(grade__range=(0, 3)), name="courses_sessionsymptom_four_grades"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.get_grade_display()}"
