"""Forms that were already sent, by key and by digests that cannot be read back."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


class SentForm(models.Model):
    """One sending of one form by one member; stored for some days, without anything that was typed."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="+", verbose_name=_("clinic"))
    member = models.ForeignKey(Membership, models.CASCADE, related_name="+", verbose_name=_("member"))
    key = models.UUIDField(_("key"))
    digests = models.JSONField(_("digest of each field"), default=dict)
    claimed_at = models.DateTimeField(_("sent"))
    settled_at = models.DateTimeField(_("saved"), null=True, blank=True)
    location = models.CharField(_("next page"), max_length=500, blank=True)

    objects = ClinicScopedQuerySet["SentForm"].as_manager()

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")
        constraints = [
            models.UniqueConstraint(fields=["member", "key"], name="clinic_sentform_once_a_member"),
        ]
        indexes = [models.Index(fields=["claimed_at"], name="clinic_sentform_by_age")]

    def __str__(self) -> str:
        return shown_moment(timezone.localtime(self.claimed_at))
