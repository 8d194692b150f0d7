"""What changed about who works in a clinic, and as what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_moment
from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


class MemberEvent(models.Model):
    """One change of a member's roles, name or access. The database refuses to change or delete it."""

    class Kind(models.TextChoices):
        """The kind of change."""

        INVITED = "invited", _("Invited")
        ROLES = "roles", _("Roles changed")
        NAME = "name", _("Name changed")
        DEACTIVATED = "deactivated", _("Deactivated")
        REACTIVATED = "reactivated", _("Reactivated")
        STANDS_IN = "stands_in", _("Stands in for the duty lead")
        STOOD_IN = "stood_in", _("No longer stands in for the duty lead")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    member = models.ForeignKey(Membership, models.PROTECT, related_name="events", verbose_name=_("member"))
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    before = models.CharField(_("before"), max_length=320, blank=True)
    after = models.CharField(_("after"), max_length=320, blank=True)
    reason = models.CharField(_("why"), max_length=250, blank=True)
    # Empty: the operator at the command line, or a rule of the program.
    done_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    happened_at = models.DateTimeField(_("when"))

    objects = ClinicScopedQuerySet["MemberEvent"].as_manager()

    class Meta:
        verbose_name = _("change of a member")
        verbose_name_plural = _("changes of members")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="stands_in") | ~Q(reason=""), name="clinic_memberevent_standing_in_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{shown_moment(self.happened_at)} {self.kind}"
