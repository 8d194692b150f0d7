"""A planned look at the course."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from courses.models.course import Course


class ReviewQuerySet(VoidableQuerySet["Review"]):
    """Reviews."""

    def uncorrected(self) -> Self:
        """Those that no correction has replaced."""
        return self.filter(corrected_by=None)


class Review(Voidable):
    """The findings and the decision of one review. Never changed or deleted: a correction is a new row."""

    class Decision(models.TextChoices):
        """What the clinician decided."""

        CONTINUE = "continue", _("continue as planned")
        CHANGE = "change", _("change the plan")
        EXTEND = "extend", _("extend by 5 sessions")
        STOP = "stop", _("stop")
        REFER = "refer", _("refer to a doctor")
        COMPLETE = "complete", _("end as planned")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="reviews", verbose_name=_("course"))
    session_number = models.PositiveSmallIntegerField(_("after session"))
    is_final = models.BooleanField(_("at the end"), default=False)
    reviewed_at = models.DateTimeField(_("reviewed"))
    reviewed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("reviewed by"))
    gain = models.FloatField(_("relief so far"), null=True, blank=True, help_text=_("A share of the start."))
    relief30 = models.FloatField(_("chance of 30 % relief at the planned end"), null=True, blank=True)
    relief50 = models.FloatField(_("chance of 50 % relief at the planned end"), null=True, blank=True)
    n_scores = models.PositiveSmallIntegerField(_("scores used"), default=0)
    prior_version = models.CharField(_("prior"), max_length=40, blank=True)
    questions = models.JSONField(_("what was asked"), default=dict, blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    n_added = models.PositiveSmallIntegerField(_("sessions added"), default=0)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    form_key = models.UUIDField(_("form"), help_text=_("One form saves one review, however often it is sent."))

    objects = ReviewQuerySet.as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["Review"].as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["reviewed_at", "pk"]
        constraints = [
            void_says_why("courses_review_void_says_why"),
            models.UniqueConstraint(fields=["clinic", "form_key"], name="courses_review_form_saves_once"),
            models.CheckConstraint(
                condition=Q(relief30=None, relief50=None)
                | Q(
                    relief30__isnull=False,
                    relief50__isnull=False,
                    relief30__range=(0, 1),
                    relief50__range=(0, 1),
                ),
                name="courses_review_chances_are_shares",
            ),
            models.CheckConstraint(
                condition=Q(decision="continue") | ~Q(reason=""),
                name="courses_review_says_why",
                violation_error_message=_("Say why, in a few words."),
            ),
            models.CheckConstraint(
                condition=(Q(decision="extend") & Q(n_added__gt=0)) | (~Q(decision="extend") & Q(n_added=0)),
                name="courses_review_extension_adds_sessions",
            ),
        ]
        indexes = [models.Index(fields=["course", "reviewed_at"], name="courses_review_by_course")]

    def __str__(self) -> str:
        return str(_("Review after session %(number)s") % {"number": self.session_number})
