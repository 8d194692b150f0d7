"""The catalogue of acupuncture points."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet


class Point(models.Model):
    """A point: its place, and its risks."""

    class Risk(models.TextChoices):
        """How much care it needs."""

        ORDINARY = "ordinary", _("ordinary")
        CAUTION = "caution", _("caution")
        RESTRICTED = "restricted", _("restricted")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="points", verbose_name=_("clinic"))
    code = models.CharField(_("code"), max_length=20)
    pinyin = models.CharField(_("pinyin"), max_length=60, blank=True)
    chinese_name = models.CharField(_("Chinese name"), max_length=40, blank=True)
    other_names = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("other names"),
        default=list,
        blank=True,
        help_text=_(
            "Every other way it is written at your clinic. Capitals, spaces and tone marks do not matter."
        ),
    )
    place = models.CharField(_("place"), max_length=160, blank=True)
    risk = models.CharField(_("risk"), max_length=12, choices=Risk, default=Risk.ORDINARY)
    risk_tags = ArrayField(models.CharField(max_length=40), verbose_name=_("risk tags"), default=list, blank=True)
    advice = models.CharField(_("advice"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ClinicScopedQuerySet["Point"].as_manager()

    class Meta:
        verbose_name = _("point")
        verbose_name_plural = _("points")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code"], name="courses_point_code_once"),
            models.CheckConstraint(
                condition=Q(risk__in=["ordinary", "caution", "restricted"]), name="courses_point_known_risk"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pinyin}".strip()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name except the code, the displayed one first."""
        return (self.pinyin, self.chinese_name, *self.other_names)
