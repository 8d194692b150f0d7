"""What patients read before they agree: the clinic's own text, in versions."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet

# Marks the place where the clinic says how long it keeps records.
RETENTION_PLACE = "[retention period]"


class ConsentTextQuerySet(ClinicScopedQuerySet["ConsentText"]):
    """Versions of the consent text."""

    def current(self) -> Self:
        """The version in force."""
        return self.filter(replaced_at=None)


class ConsentText(models.Model):
    """One version. A new wording is a new row; consents keep the version they were given on."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="consent_texts", verbose_name=_("clinic"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    body = models.TextField(_("text"), help_text=_("One paragraph on each line."))
    retention = models.CharField(
        _("how long records are kept"),
        max_length=120,
        blank=True,
        help_text=_("For example: 10 years after the last visit. The law of your country sets the least."),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True, editable=False)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="patients_consenttext_version_once"),
            models.UniqueConstraint(
                fields=["clinic"], condition=models.Q(replaced_at=None), name="patients_consenttext_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Consent text"))

    @property
    def is_usable(self) -> bool:
        """Whether nothing is left to be filled in."""
        return bool(self.retention)

    @property
    def paragraphs(self) -> list[str]:
        """As the patient reads it; what is not filled in yet stays visible."""
        filled = self.body.replace(RETENTION_PLACE, self.retention or RETENTION_PLACE)
        return [line.strip() for line in filled.splitlines() if line.strip()]
