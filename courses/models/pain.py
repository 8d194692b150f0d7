"""Pain scores."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from courses.models.check_in import CheckIn
from courses.models.course import Course
from courses.models.session import Session


class PainScore(Voidable):
    """Pain 0-10 at one time; scores of different timings are never compared."""

    class Timing(models.TextChoices):
        """When it was taken, relative to the session."""

        BEFORE = "before", _("before")
        AFTER = "after", _("after")
        DAY1 = "day1", _("day 1")
        DAY3 = "day3", _("day 3")
        OTHER = "other", _("other")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="scores", verbose_name=_("course"))
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="scores", verbose_name=_("session")
    )
    check_in = models.ForeignKey(
        CheckIn, models.PROTECT, null=True, blank=True, related_name="scores", verbose_name=_("check-in")
    )
    timing = models.CharField(_("timing"), max_length=10, choices=Timing)
    score = models.PositiveSmallIntegerField(_("pain"))
    expected = models.JSONField(
        _("expected"),
        default=dict,
        blank=True,
        help_text=_("What the curve expected when the score was logged."),
    )
    scored_at = models.DateTimeField(_("time"))
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    objects = VoidableQuerySet["PainScore"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["PainScore"].as_manager()

    class Meta:
        verbose_name = _("pain score")
        verbose_name_plural = _("pain scores")
        ordering = ["scored_at", "pk"]
        constraints = [
            void_says_why("courses_painscore_void_says_why"),
            models.CheckConstraint(
                condition=Q(score__range=(0, 10)),
                name="courses_painscore_0_to_10",
                violation_error_message=_("Pain is a whole number from 0 to 10."),
            ),
            models.UniqueConstraint(
                fields=["session", "timing"],
                condition=~Q(timing="other") & Q(voided_at=None),
                name="courses_painscore_one_per_session_and_timing",
                violation_error_message=_("This session has a score of that timing."),
            ),
            models.CheckConstraint(
                condition=Q(timing="other") | Q(session__isnull=False),
                name="courses_painscore_timing_needs_session",
            ),
        ]
        indexes = [models.Index(fields=["course", "scored_at"], name="courses_painscore_by_course")]

    def __str__(self) -> str:
        return f"{self.score} ({self.get_timing_display()})"
