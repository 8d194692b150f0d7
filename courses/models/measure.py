"""Measures beside pain: which ones a clinic uses, what a change means, and each score."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from courses.models.course import Course


class MeasureCode(models.TextChoices):
    """The measures that can be entered; texts of licensed questionnaires are not shipped."""

    PSFS = "psfs", _("Activities (PSFS)")
    PEG = "peg", _("Pain, enjoyment, activity (PEG)")
    PEG_ONE = "peg_one", _("Limited by the neck this week")
    NDI = "ndi", _("Neck Disability Index (NDI)")
    PGIC = "pgic", _("Patient's impression of change (PGIC)")
    ROM = "rom", _("Range of motion")
    # For thresholds only: pain is recorded with sessions.
    PAIN = "pain", _("Pain before the session")


class Direction(models.TextChoices):
    """The six directions of neck movement."""

    FLEXION = "flexion", _("forward")
    EXTENSION = "extension", _("back")
    LEFT_BENDING = "left_bending", _("bent to the left")
    RIGHT_BENDING = "right_bending", _("bent to the right")
    LEFT_ROTATION = "left_rotation", _("turned to the left")
    RIGHT_ROTATION = "right_rotation", _("turned to the right")


TENTHS = [float(score) for score in range(11)]
GRADES = [float(grade) for grade in range(1, 8)]


class Measure(models.Model):
    """One measure in a clinic's list: offered on the form or not."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="measures", verbose_name=_("clinic"))
    code = models.CharField(_("measure"), max_length=10, choices=MeasureCode)
    is_offered = models.BooleanField(_("on the form"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    licence = models.CharField(_("licence"), max_length=300)
    source = models.CharField(_("source"), max_length=300)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ClinicScopedQuerySet["Measure"].as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code"], name="courses_measure_code_once"),
            models.UniqueConstraint(
                fields=["clinic"],
                condition=Q(is_offered=True, code__in=["peg", "peg_one"]),
                name="courses_measure_peg_in_one_form",
                violation_error_message=_("Offer PEG or its one-question form, not both."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())


class MeasureThreshold(models.Model):
    """How large a change must be to be noticed, and to be more than the error of the measure."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    code = models.CharField(_("measure"), max_length=10, choices=MeasureCode)
    for_type = models.SlugField(
        _("for type"), max_length=40, blank=True, help_text=_("Code of a type of neck pain; empty: any.")
    )
    noticed = models.DecimalField(_("noticed from (MCID)"), max_digits=4, decimal_places=1, null=True, blank=True)
    sure = models.DecimalField(
        _("more than error from (MDC)"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    source = models.CharField(_("source"), max_length=300)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ClinicScopedQuerySet["MeasureThreshold"].as_manager()

    class Meta:
        verbose_name = _("threshold of a measure")
        verbose_name_plural = _("thresholds of measures")
        ordering = ["code", "for_type"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "code", "for_type"], name="courses_measurethreshold_once_a_type"
            ),
            models.CheckConstraint(
                condition=(Q(noticed=None) | Q(noticed__gt=0)) & (Q(sure=None) | Q(sure__gt=0)),
                name="courses_measurethreshold_above_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.for_type}".strip()


class MeasureScore(Voidable):
    """One number of one measure at one time. The database refuses to change it: entering it again replaces it."""

    class Stage(models.TextChoices):
        """The stage of the course."""

        START = "start", _("start")
        REVIEW = "review", _("review")
        END = "end", _("end")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="measure_scores", verbose_name=_("course"))
    code = models.CharField(_("measure"), max_length=10, choices=MeasureCode)
    item = models.SlugField(_("item"), max_length=20, blank=True)
    label = models.CharField(_("activity"), max_length=80, blank=True, help_text=_("In the patient's words."))
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=1)
    n_answered = models.PositiveSmallIntegerField(_("items answered"), null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)
    session_number = models.PositiveSmallIntegerField(_("after session"), default=0)
    measured_at = models.DateTimeField(_("time"))
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    form_key = models.UUIDField(_("form"))

    objects = VoidableQuerySet["MeasureScore"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["MeasureScore"].as_manager()

    class Meta:
        verbose_name = _("score of a measure")
        verbose_name_plural = _("scores of measures")
        ordering = ["measured_at", "pk"]
        constraints = [
            void_says_why("courses_measurescore_void_says_why"),
            models.UniqueConstraint(
                fields=["clinic", "form_key", "code", "item"], name="courses_measurescore_once_a_form"
            ),
            models.CheckConstraint(
                condition=Q(code__in=["psfs", "peg", "peg_one"], score__in=TENTHS)
                | Q(code="pgic", score__in=GRADES)
                | Q(code="ndi", score__range=(0, 100))
                | Q(code="rom", score__range=(0, 120), item__in=Direction.values),
                name="courses_measurescore_in_range",
                violation_error_message=_("The score is outside the range of its measure."),
            ),
            models.CheckConstraint(
                condition=Q(code="ndi", n_answered__isnull=False, n_answered__range=(8, 10))
                | (~Q(code="ndi") & Q(n_answered=None)),
                name="courses_measurescore_ndi_says_how_many",
            ),
            models.CheckConstraint(
                condition=(Q(code="psfs") & ~Q(label="")) | (~Q(code="psfs") & Q(label="")),
                name="courses_measurescore_activity_is_named",
            ),
        ]
        indexes = [models.Index(fields=["course", "measured_at"], name="courses_measurescore_by_course")]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.score}"
