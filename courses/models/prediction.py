"""What was predicted of a pain score before it was known, and which rules raised an alert."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet
from courses.models.course import Course
from courses.models.pain import PainScore
from courses.models.prior import Prior

N_PROBABILITIES = 11


class PredictionQuerySet(ClinicScopedQuerySet["Prediction"]):
    """Predictions."""

    def of_valid_scores(self) -> Self:
        """Those of scores that count."""
        return self.filter(score__voided_at=None)

    def newest(self) -> Self:
        """The latest one of each score."""
        return self.order_by("score_id", "-pk").distinct("score_id")


class Prediction(models.Model):
    """One judgement of one score: the chance of each score from 0 to 10, and the rules that raised an alert.

    A score that is judged again gets another row with the same chances. Never changed, never deleted.
    """

    class Because(models.TextChoices):
        """Why the score was judged."""

        LOGGED = "logged", _("recorded")
        ANSWERED_AGAIN = "answered_again", _("patient answered again")
        CORRECTED = "corrected", _("corrected")
        MOVED = "moved", _("session moved here")
        IMPORTED = "imported", _("imported")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="predictions", verbose_name=_("course"))
    score = models.ForeignKey(PainScore, models.PROTECT, related_name="predictions", verbose_name=_("pain score"))
    because = models.CharField(_("judged because"), max_length=16, choices=Because)
    observed = models.PositiveSmallIntegerField(_("pain"))
    timing = models.CharField(_("timing"), max_length=10, choices=PainScore.Timing)
    session_number = models.PositiveSmallIntegerField(_("session"), null=True, blank=True)
    group = models.CharField(_("type"), max_length=40, blank=True, help_text=_("The type the curve assumed."))
    p = ArrayField(
        models.FloatField(),
        verbose_name=_("chance of each score"),
        size=N_PROBABILITIES,
        null=True,
        blank=True,
        help_text=_("Of the scores 0 to 10, before this one was known. Empty if the curve had no estimate."),
    )
    n_scores = models.PositiveSmallIntegerField(_("scores used"), null=True, blank=True)
    lr = models.FloatField(_("likelihood ratio (LR*)"), null=True, blank=True)
    memory = models.FloatField(_("likelihood ratio of a lasting shift (M)"), null=True, blank=True)
    prior = models.ForeignKey(
        Prior, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prior")
    )
    prior_version = models.CharField(_("version of the Prior"), max_length=60, blank=True)
    threshold_version = models.CharField(_("version of the threshold"), max_length=20, blank=True)
    lr_threshold = models.FloatField(_("alerts above (LR*)"), null=True, blank=True)
    memory_threshold = models.FloatField(_("alerts above (M)"), null=True, blank=True)
    alarmed = ArrayField(
        models.CharField(max_length=30), verbose_name=_("rules that raised an alert"), default=list, blank=True
    )
    severity = models.CharField(_("severity"), max_length=10, blank=True)
    is_quiet = models.BooleanField(
        _("in the daily list only"),
        default=False,
        help_text=_("Entered late or moved: nobody was emailed at once."),
    )
    judged_at = models.DateTimeField(_("judged"))

    objects = PredictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(observed__range=(0, 10)), name="courses_prediction_0_to_10"),
            models.CheckConstraint(
                condition=Q(p=None) | Q(p__len=N_PROBABILITIES), name="courses_prediction_of_eleven_scores"
            ),
        ]
        indexes = [
            models.Index(fields=["score", "-id"], name="courses_prediction_by_score"),
            models.Index(fields=["clinic", "judged_at"], name="courses_prediction_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.observed} ({self.get_because_display()})"
