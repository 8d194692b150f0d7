"""What was decided about one step of setting up a clinic."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


class SetupEvent(models.Model):
    """One decision about one step. Never changed or deleted; the newest of a step counts."""

    class Kind(models.TextChoices):
        """What was decided, or what happened."""

        CONFIRMED = "confirmed", _("confirmed")
        SET_ASIDE = "set_aside", _("set aside")
        TAKEN_UP = "taken_up", _("taken up again")
        MAIL_ASKED = "mail_asked", _("test email asked for")
        MAIL_RECEIVED = "mail_received", _("test email received")

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="setup_events", verbose_name=_("clinic"))
    step = models.CharField(_("step"), max_length=40)
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("by"))
    happened_at = models.DateTimeField(_("happened"))

    objects = ClinicScopedQuerySet["SetupEvent"].as_manager()

    class Meta:
        verbose_name = _("setup event")
        verbose_name_plural = _("setup events")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="set_aside") | ~Q(reason=""), name="clinic_setupevent_set_aside_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.get_kind_display()}"
