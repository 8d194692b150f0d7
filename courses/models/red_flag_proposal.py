"""A wording of a red flag that waits for a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.red_flag import Level, RedFlag


class RedFlagProposal(models.Model):
    """A version less urgent than the shipped one: in force only once somebody else has confirmed it."""

    class Outcome(models.TextChoices):
        """What became of it."""

        CONFIRMED = "confirmed", _("confirmed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        OVERTAKEN = "overtaken", _("another version was made meanwhile")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    based_on = models.ForeignKey(RedFlag, models.PROTECT, related_name="proposals", verbose_name=_("based on"))
    code = models.SlugField(_("code"), max_length=40)
    wording = models.CharField(_("wording"), max_length=300)
    level = models.CharField(_("level"), max_length=2, choices=Level)
    follow_up = models.CharField(_("follow-up question"), max_length=300, blank=True)
    follow_up_levels = models.JSONField(_("levels by answer"), default=list, blank=True)
    reason = models.CharField(_("why"), max_length=300)
    proposed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    made = models.OneToOneField(
        RedFlag,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("version made of it"),
    )

    objects = ClinicScopedQuerySet["RedFlagProposal"].as_manager()

    class Meta:
        verbose_name = _("proposed red flag wording")
        verbose_name_plural = _("proposed red flag wordings")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "code"], condition=Q(outcome=""), name="courses_redflagproposal_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_by=None, settled_at=None)
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome="")),
                name="courses_redflagproposal_settled_says_who",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="confirmed")
                | (Q(made__isnull=False, settled_by__isnull=False) & ~Q(settled_by=F("proposed_by"))),
                name="courses_redflagproposal_two_people",
                violation_error_message=_("Somebody else must confirm this."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_redflagproposal_says_why"),
        ]

    def __str__(self) -> str:
        return self.wording
