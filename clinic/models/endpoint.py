"""A webhook: the chat or SMS gateway of a clinic or a member."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


def new_secret() -> str:
    """A secret that signs the requests to one endpoint."""
    return f"whsec_{secrets.token_urlsafe(32)}"


class EndpointQuerySet(ClinicScopedQuerySet["Endpoint"]):
    """Webhooks."""

    def in_use(self) -> EndpointQuerySet:
        """Switched on, and not refused for good."""
        return self.filter(is_on=True, failed_at=None)


class Endpoint(models.Model):
    """One webhook. Its secret is shown only once, when it is made."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="endpoints", verbose_name=_("clinic"))
    member = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="endpoints",
        verbose_name=_("for"),
        help_text=_("Gets the alerts that this person gets. Empty: gets every alert of the clinic."),
    )
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(
        _("address"), max_length=500, help_text=_("Starts with https:// and must be reachable from outside.")
    )
    secret = models.CharField(max_length=80, default=new_secret, editable=False)
    is_on = models.BooleanField(_("in use"), default=True)
    failed_at = models.DateTimeField(_("refused"), null=True, blank=True, editable=False)
    tested_at = models.DateTimeField(_("last test"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "name"], name="clinic_endpoint_named_once"),
            models.CheckConstraint(condition=~Q(secret=""), name="clinic_endpoint_has_a_secret"),
        ]

    def __str__(self) -> str:
        return self.name
