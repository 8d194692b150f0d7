"""A patient's own report through a link."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Voidable, VoidableQuerySet, void_says_why
from courses.models.session import Session


class CheckIn(Voidable):
    """One check-in after a session, and its answer. The link works only for this check-in."""

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
    # Includes void rows, for pages that show what is on file.
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


class CheckInAnswer(models.Model):
    """The content of one press of the patient's button, and its result. Never changed, never deleted.

    A later answer is stored beside the earlier ones; the newest score counts.
    """

    class Signs(models.TextChoices):
        """The answer to the list of warning signs."""

        SOME = "some", _("signs reported")
        NONE = "none", _("none of these")
        NOT_ANSWERED = "not_answered", _("not answered")

    class Outcome(models.TextChoices):
        """The result for the score."""

        SAVED = "saved", _("score saved")
        REPLACED = "replaced", _("score replaced the earlier one")
        KEPT = "kept", _("score as before")
        OVERTAKEN = "overtaken", _("score not taken: a later answer counts")
        REFUSED = "refused", _("score not taken: the link was closed")
        NO_SCORE = "no_score", _("no score given")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    check_in = models.ForeignKey(CheckIn, models.PROTECT, related_name="answers", verbose_name=_("check-in"))
    form_key = models.UUIDField(_("form"), help_text=_("The same form with the same answer is kept once."))
    answer_key = models.CharField(_("answer"), max_length=64, editable=False)
    score = models.PositiveSmallIntegerField(_("pain"), null=True, blank=True)
    signs = models.CharField(_("warning signs"), max_length=12, choices=Signs)
    said = models.JSONField(
        _("signs answered"), default=dict, help_text=_("Each sign with the answer to its question.")
    )
    asked = models.JSONField(_("asked"), default=dict, help_text=_("The version of each question shown."))
    # Whether the severe-pain question was shown and is still open; a later answer closes it.
    awaits_severe = models.BooleanField(_("severe-pain question open"), default=False)
    outcome = models.CharField(_("score"), max_length=10, choices=Outcome)
    is_reassured = models.BooleanField(_("reassured"), default=False)
    answered_at = models.DateTimeField(_("answered"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = ClinicScopedQuerySet["CheckInAnswer"].as_manager()

    class Meta:
        verbose_name = _("answer to a check-in")
        verbose_name_plural = _("answers to check-ins")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_in", "form_key", "answer_key"], name="courses_checkinanswer_once_a_form"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(0, 10)), name="courses_checkinanswer_0_to_10"
            ),
            models.CheckConstraint(
                condition=Q(outcome="no_score", score=None) | (~Q(outcome="no_score") & Q(score__isnull=False)),
                name="courses_checkinanswer_outcome_of_a_score",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recorded_at"],
                condition=Q(awaits_severe=True),
                name="courses_checkinanswer_awaits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_signs_display()}: {self.check_in}"
