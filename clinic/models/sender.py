"""The address from which a clinic wants its emails to patients to come, and what its domain says of that."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


def new_token() -> str:
    """What a clinic puts into its domain's DNS to show that the domain is theirs."""
    return secrets.token_hex(16)


class ClinicSenderQuerySet(ClinicScopedQuerySet["ClinicSender"]):
    """Sender addresses."""

    def in_use(self) -> ClinicSenderQuerySet:
        """Those whose domain may be used."""
        return self.exclude(verified_at=None)


class ClinicSender(models.Model):
    """A clinic's own sender address. Used only while `verified_at` says since when its domain may be used."""

    clinic = models.OneToOneField(Clinic, models.CASCADE, related_name="+", verbose_name=_("clinic"))
    address = models.EmailField(_("sender address"))
    token = models.CharField(max_length=40, default=new_token, editable=False)
    entered_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    entered_at = models.DateTimeField(_("entered"))
    checked_at = models.DateTimeField(_("last check"), null=True, blank=True)
    # What the last check found of each record: see clinic/sender/records.py.
    findings = models.JSONField(_("findings"), default=list)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    # When all records were last seen; a name server that does not answer says nothing for a while.
    confirmed_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)
    lost_at = models.DateTimeField(_("no longer verified"), null=True, blank=True)

    objects = ClinicSenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender address")
        verbose_name_plural = _("sender addresses")
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_at=None) | Q(lost_at=None, confirmed_at__isnull=False),
                name="clinic_clinicsender_verified_or_lost",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def domain(self) -> str:
        """What follows the @, as DNS writes it."""
        return ascii_domain(self.address)

    @property
    def is_in_use(self) -> bool:
        """Whether emails to patients come from it."""
        return self.verified_at is not None


def ascii_domain(address: str) -> str:
    """The domain of an email address as DNS writes it; UnicodeError for one that DNS cannot hold."""
    return address.rpartition("@")[2].strip().rstrip(".").lower().encode("idna").decode("ascii")
