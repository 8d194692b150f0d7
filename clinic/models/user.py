"""A person who signs in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from clinic.models.membership import Membership


class User(AbstractUser):
    """A staff member's account; what it may do follows from its memberships, never from groups."""

    phone = models.CharField(_("phone"), max_length=40, blank=True)

    # The clinic used last: chosen again at the next sign-in.
    last_membership = models.UUIDField(null=True, blank=True, editable=False)
    # When a role of this person first needed two-factor sign-in: the clinic's grace days count from then.
    two_factor_asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Set by ActiveMembershipMiddleware for the request; None means no rights at all.
    active_membership: Membership | None = None
    available_memberships: Sequence[Membership] = ()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.get_full_name() or self.username
