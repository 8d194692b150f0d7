"""The daily digest of a clinic for its staff."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day
from clinic.models import Clinic, ClinicScopedQuerySet


class Digest(models.Model):
    """The digest of one clinic and one local day, with what is new since the one before."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="digests", verbose_name=_("clinic"))
    on = models.DateField(_("day"))
    since = models.DateTimeField(_("news since"))
    made_at = models.DateTimeField(_("made"))

    objects = ClinicScopedQuerySet["Digest"].as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["clinic", "on"], name="courses_digest_once_a_day")]

    def __str__(self) -> str:
        return shown_day(self.on)
