"""Account events, wrong passwords, and what all processes must know about sign-in."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.user import User


class AccountEvent(models.Model):
    """One change of how somebody signs in. The database refuses to change or delete it."""

    class Kind(models.TextChoices):
        """The kind of change."""

        PASSWORD_CHANGED = "password_changed", _("The password was changed.")
        APP_ADDED = "app_added", _("An authenticator app was added.")
        APP_REMOVED = "app_removed", _("The authenticator app was removed.")
        KEY_ADDED = "key_added", _("A passkey was added.")
        KEY_REMOVED = "key_removed", _("A passkey was removed.")
        CODES_MADE = "codes_made", _("New recovery codes were made.")
        TWO_FACTOR_RESET = "two_factor_reset", _("Two-factor sign-in was reset by the clinic.")
        ADDRESS_CHANGED = "address_changed", _("The email address was changed.")
        NAME_CHANGED = "name_changed", _("The name was changed by the clinic.")

    user = models.ForeignKey(User, models.PROTECT, related_name="account_events", verbose_name=_("user"))
    kind = models.CharField(_("what"), max_length=30, choices=Kind)
    # Who did it for somebody else, and in which clinic; empty if the person or the operator did it.
    clinic = models.ForeignKey(Clinic, models.PROTECT, null=True, related_name="+", verbose_name=_("clinic"))
    done_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("why"), max_length=200, blank=True)
    address_before = models.EmailField(_("previous address"), blank=True)
    address_after = models.EmailField(_("new address"), blank=True)
    happened_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("account event")
        verbose_name_plural = _("account events")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="two_factor_reset") | ~models.Q(reason=""),
                name="clinic_accountevent_reset_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{shown_moment(timezone.localtime(self.happened_at))} {self.kind}"


class SignInFailure(models.Model):
    """One wrong password: for which account, from which address. Both are keyed hashes that name nobody."""

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    # A browser in which this account was signed in before; empty for any other.
    device = models.CharField(max_length=64, blank=True)
    failed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("wrong password")
        verbose_name_plural = _("wrong passwords")
        indexes = [
            models.Index(fields=["account", "failed_at"], name="clinic_signinfailure_account"),
            models.Index(fields=["address", "failed_at"], name="clinic_signinfailure_address"),
        ]

    def __str__(self) -> str:
        return shown_moment(timezone.localtime(self.failed_at))


class SharedCacheRow(models.Model):
    """What all processes count together, such as used codes: the table of Django's cache."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "clinic_shared_cache"

    def __str__(self) -> str:
        return self.cache_key
