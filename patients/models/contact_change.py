"""A patient's previous contact details."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from patients.models.patient import Patient


class ContactChange(models.Model):
    """One contact detail before and after, who changed it, when. Never changed, never deleted."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="contact_changes", verbose_name=_("patient"))
    field = models.CharField(_("what"), max_length=40)
    before = models.CharField(_("before"), max_length=300, blank=True)
    after = models.CharField(_("after"), max_length=300, blank=True)
    changed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("who"))
    changed_at = models.DateTimeField(_("when"))

    objects = ClinicScopedQuerySet["ContactChange"].as_manager()

    class Meta:
        verbose_name = _("change of a contact detail")
        verbose_name_plural = _("changes of contact details")
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.label}: {self.before} → {self.after}"

    @property
    def label(self) -> str:
        """The field's label in the form."""
        return str(Patient._meta.get_field(self.field).verbose_name)  # type: ignore[union-attr]
