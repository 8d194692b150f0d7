"""Changes to a saved session, with the reason."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.pain import PainScore
from courses.models.session import Session


class Correction(models.Model):
    """One fact of a session before and after: who, when, why. Never changed, never deleted.

    Without a correction, the database refuses to change a score or to remove a needling, an adverse event or
    aftercare.
    """

    class Field(models.TextChoices):
        """What can be corrected."""

        SCORE = "score", _("pain")
        TIME = "held_at", _("time")
        NEEDLED = "is_needled", _("needles were used")
        UNCLEARED = "uncleared_reason", _("needled without clearance because")
        CLEARANCE = "clearance", _("against the clearance")
        NEEDLINGS = "needlings", _("points")
        EVENTS = "adverse_events", _("side effects")
        AFTERCARE = "aftercare", _("aftercare")
        NOTE = "note", _("note")
        DETAILS = "details", _("session details")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    session = models.ForeignKey(Session, models.PROTECT, related_name="corrections", verbose_name=_("session"))
    score = models.ForeignKey(
        PainScore,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("pain score"),
    )
    act = models.UUIDField(_("act"), default=uuid.uuid4, help_text=_("What was corrected together."))
    field = models.CharField(_("what"), max_length=20, choices=Field)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    reason = models.CharField(_("why"), max_length=300)
    corrected_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("who"))
    corrected_at = models.DateTimeField(_("when"))

    objects = ClinicScopedQuerySet["Correction"].as_manager()

    class Meta:
        verbose_name = _("correction of a session")
        verbose_name_plural = _("corrections of sessions")
        ordering = ["-corrected_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="courses_correction_has_a_reason"),
            models.CheckConstraint(
                condition=Q(field="score", score__isnull=False) | (~Q(field="score") & Q(score=None)),
                name="courses_correction_of_a_score_names_it",
            ),
        ]
        indexes = [models.Index(fields=["session", "-id"], name="courses_correction_by_session")]

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {self.session}"
