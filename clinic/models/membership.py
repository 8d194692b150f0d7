"""Who works in a clinic, and as what."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.scoped import ClinicScopedQuerySet
from clinic.models.user import User


class Role(models.TextChoices):
    """What a member does in the clinic."""

    PRACTITIONER = "practitioner", _("practitioner")
    LEAD = "lead", _("duty lead")
    MANAGER = "manager", _("manager")
    FRONT_DESK = "front_desk", _("front desk")


# Those who treat patients, and those whose matter the whole clinic is.
TREATING = (Role.PRACTITIONER, Role.LEAD)
LEADING = (Role.LEAD, Role.MANAGER)


def roles_text(roles: Iterable[str]) -> str:
    """Roles in words, in the order given; each once."""
    return ", ".join(str(Role(role).label) for role in dict.fromkeys(roles))


class MembershipQuerySet(ClinicScopedQuerySet["Membership"]):
    """Members of clinics."""

    def active(self) -> MembershipQuerySet:
        """Those who work here now."""
        return self.filter(deactivated_at=None, is_pending=False, user__is_active=True)

    def invited(self, user: User) -> MembershipQuerySet:
        """Invitations that are not answered yet."""
        return self.filter(user=user, is_pending=True, deactivated_at=None).select_related("clinic")

    def of_user(self, user: User | int) -> MembershipQuerySet:
        """What one user can work under, by clinic name; practice clinics come last."""
        real_first = F("clinic__practice_of").asc(nulls_first=True)
        rows = self.filter(user=user).active().select_related("clinic", "user")
        return rows.order_by(real_first, "clinic__name", "pk")

    def outside_practice(self) -> MembershipQuerySet:
        """Without practice clinics: to a person, the one beside their clinic is not another clinic."""
        return self.filter(clinic__practice_of=None)

    def with_address(self) -> MembershipQuerySet:
        """Those to whom this clinic can write."""
        return self.exclude(own_email="", user__email="")

    def with_role(self, *roles: Role) -> MembershipQuerySet:
        """Those with one of these roles, as their main one or beside it."""
        return self.filter(Q(role__in=roles) | Q(more_roles__overlap=list(roles)))


class Membership(models.Model):
    """A user's roles in a clinic, and what licenses them to needle.

    Everybody asks `has_role` or `with_role`; nobody else reads the two columns that hold the roles.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="memberships", verbose_name=_("clinic"))
    user = models.ForeignKey("clinic.User", models.PROTECT, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    more_roles = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("also works as"),
        default=list,
        blank=True,
    )
    licence_number = models.CharField(_("licence number"), max_length=60, blank=True)
    licence_expires_on = models.DateField(_("licence expires on"), null=True, blank=True)
    practising_since = models.DateField(
        _("practising since"),
        null=True,
        blank=True,
        help_text=_("The years in practice are counted from this date."),
    )
    is_supervised = models.BooleanField(
        _("must be supervised"),
        default=False,
        help_text=_("May needle only under the supervisor named here."),
    )
    supervisor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervised", verbose_name=_("supervisor")
    )
    own_email = models.EmailField(
        _("address for this clinic's mail"),
        blank=True,
        editable=False,
        help_text=_("Empty: the address of the account. Signing in and passwords always use that one."),
    )
    email_failed_at = models.DateTimeField(_("email refused"), null=True, blank=True, editable=False)
    # Somebody who works elsewhere and has not accepted yet: no access to this clinic, and no mail from it.
    is_pending = models.BooleanField(_("invited"), default=False, editable=False)
    # A manager of a clinic without a lead does what only a lead may do, until a lead works here again.
    stands_in_since = models.DateTimeField(
        _("stands in for the lead since"), null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("staff")
        ordering = ["user__last_name", "user__first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "user"],
                name="clinic_membership_one_role_a_clinic",
                violation_error_message=_("This user is already a member of the clinic."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="clinic_membership_known_role"),
            models.CheckConstraint(
                condition=Q(more_roles__contained_by=Role.values), name="clinic_membership_known_roles"
            ),
            models.CheckConstraint(
                condition=Q(supervisor=None) | ~Q(supervisor=F("id")),
                name="clinic_membership_not_own_supervisor",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_active(self) -> bool:
        """Whether this person works here now; needs `user` loaded."""
        return self.deactivated_at is None and not self.is_pending and self.user.is_active

    @property
    def address(self) -> str:
        """The address this clinic writes to; needs `user` loaded."""
        return self.own_email or self.user.email

    @property
    def role_columns(self) -> dict[str, Any]:
        """What a row with the same roles holds."""
        return {"role": self.role, "more_roles": list(self.more_roles)}

    @property
    def roles(self) -> frozenset[str]:
        """Everything this person works as here."""
        return frozenset([self.role, *self.more_roles])

    def has_role(self, *roles: Role) -> bool:
        """Whether one of these is among the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def roles_text(self) -> str:
        """The roles in words, the main one first."""
        return roles_text([self.role, *self.more_roles])

    @property
    def is_leading(self) -> bool:
        """Whether the whole clinic is this person's matter, and not only the patients they treat."""
        return self.has_role(*LEADING)

    @property
    def treats_only(self) -> bool:
        """Whether this person works here as a practitioner and as nothing else."""
        return self.roles == {Role.PRACTITIONER}

    @property
    def is_clinician(self) -> bool:
        """Whether one of the roles treats."""
        return self.has_role(*TREATING)

    def is_licensed(self, on: date) -> bool:
        """Whether a valid licence is on file for a day."""
        return bool(self.licence_number) and (self.licence_expires_on is None or self.licence_expires_on >= on)

    def may_supervise(self, on: date) -> bool:
        """Whether this person is a licensed clinician who needs no supervision; needs `user` loaded."""
        return self.is_active and self.is_clinician and self.is_licensed(on) and not self.is_supervised
