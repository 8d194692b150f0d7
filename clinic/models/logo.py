"""The picture of a clinic: apart from the clinic's own row, which is read with every page."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet

# It travels inside each mail: as large as a letter's head needs at 300 dots an inch, and no larger.
FITS_INTO = (600, 200)


class ClinicLogo(models.Model):
    """A logo as it was written again after its upload. Its key is its public address; it is never changed."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="+", verbose_name=_("clinic"))
    png = models.BinaryField(_("picture"))
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))
    uploaded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded"))

    objects = ClinicScopedQuerySet["ClinicLogo"].as_manager()

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        constraints = [
            models.CheckConstraint(
                condition=Q(width__gte=1, width__lte=FITS_INTO[0], height__gte=1, height__lte=FITS_INTO[1]),
                name="clinic_cliniclogo_is_small",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"

    def size_within(self, width: int, height: int) -> tuple[int, int]:
        """The size in which it is shown where there is so much room; never larger than it is."""
        scale = min(width / self.width, height / self.height, 1)
        return max(round(self.width * scale), 1), max(round(self.height * scale), 1)
