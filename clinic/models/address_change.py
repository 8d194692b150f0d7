"""A member's previous email address, and who changed it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


class AddressChange(models.Model):
    """One correction of a member's address. The database refuses to change or delete it."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    member = models.ForeignKey(
        Membership, models.PROTECT, related_name="address_changes", verbose_name=_("member")
    )
    before = models.EmailField(_("before"), blank=True)
    after = models.EmailField(_("after"))
    is_account = models.BooleanField(
        _("also of the account"),
        help_text=_("Nobody had signed in with the account yet, and it belonged to this clinic alone."),
    )
    reason = models.CharField(_("why"), max_length=200)
    changed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("changed by"))
    changed_at = models.DateTimeField(_("changed"))

    objects = ClinicScopedQuerySet["AddressChange"].as_manager()

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of addresses")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="clinic_addresschange_has_a_reason"),
        ]

    def __str__(self) -> str:
        return shown_moment(timezone.localtime(self.changed_at))
