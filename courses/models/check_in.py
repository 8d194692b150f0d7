"""A patient's own report through a link."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Voidable, VoidableQuerySet, void_says_why
from courses.models.session import Session


class CheckIn(Voidable):
    """One question to a patient after a session, and its answer. The link is bound to it alone."""

    class Kind(models.TextChoices):
        """When it is asked."""

        DAY1 = "day1", _("next day")
        DAY3 = "day3", _("day 3")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    session = models.ForeignKey(Session, models.PROTECT, related_name="check_ins", verbose_name=_("session"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("link works until"))
    revoked_at = models.DateTimeField(_("link revoked"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = VoidableQuerySet["CheckIn"].as_manager()
    # Void rows too, for pages that show what is on file.
    every = ClinicScopedQuerySet["CheckIn"].as_manager()

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["-created_at", "-pk"]
        constraints = [
            void_says_why("courses_checkin_void_says_why"),
            models.UniqueConstraint(fields=["session", "kind"], name="courses_checkin_one_per_session_and_kind"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="courses_checkin_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.session}"
