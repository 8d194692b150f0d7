"""What happened at one visit."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from courses.models.appointment import Appointment
from courses.models.course import Course
from courses.models.point import Point


class Session(Voidable):
    """One visit: who treated under whom, whether needles were used, and the clearance.

    With its needlings, adverse events and aftercare it holds what STRICTA 2010 requires of one session; style,
    reasoning and schedule are in the protocol and the course, training is in the membership.
    """

    class Position(models.TextChoices):
        """The patient's position."""

        PRONE = "prone", _("face down")
        SUPINE = "supine", _("on the back")
        SIDE = "side", _("on the side")
        SEATED = "seated", _("seated")

    class Treatment(models.TextChoices):
        """Treatment beside needling."""

        MOXA = "moxa", _("moxibustion")
        CUPPING = "cupping", _("cupping")
        MASSAGE = "massage", _("massage")
        EXERCISE = "exercise", _("exercises")
        HERBS = "herbs", _("herbs")
        ADVICE = "advice", _("advice")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions", verbose_name=_("course"))
    appointment = models.ForeignKey(
        Appointment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("appointment"),
    )
    moved_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="moved_to", verbose_name=_("moved from")
    )
    number = models.PositiveSmallIntegerField(_("session"))
    practitioner = models.ForeignKey(
        Membership, models.PROTECT, related_name="sessions", verbose_name=_("practitioner")
    )
    supervised_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("supervised by")
    )
    held_at = models.DateTimeField(_("time"))
    is_needled = models.BooleanField(_("needled"))
    needles_in = models.PositiveSmallIntegerField(_("needles in"), null=True, blank=True)
    needles_out = models.PositiveSmallIntegerField(_("needles out"), null=True, blank=True)
    needle_difference = models.CharField(_("why the counts differ"), max_length=200, blank=True)
    needle_diameter_mm = models.DecimalField(
        _("needle diameter (mm)"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    needle_length_mm = models.PositiveSmallIntegerField(_("needle length (mm)"), null=True, blank=True)
    needle_maker = models.CharField(_("needle maker"), max_length=60, blank=True)
    needle_lot = models.CharField(_("lot"), max_length=40, blank=True)
    position = models.CharField(_("position"), max_length=10, choices=Position, blank=True)
    rested_minutes = models.PositiveSmallIntegerField(_("rested (minutes)"), null=True, blank=True)
    variation = models.CharField(_("differs from the plan because"), max_length=200, blank=True)
    other_treatments = ArrayField(
        models.CharField(max_length=12, choices=Treatment),
        verbose_name=_("other treatment"),
        default=list,
        blank=True,
    )
    explained = models.CharField(_("explained to the patient"), max_length=200, blank=True)
    limits_life = models.PositiveSmallIntegerField(
        _("how much the neck limited life this week"), null=True, blank=True
    )
    clearance = models.JSONField(_("clearance"), help_text=_("The verdict at the time of saving."))
    uncleared_reason = models.CharField(_("needled without clearance because"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    form_key = models.UUIDField(_("form"), help_text=_("One form saves one session, however often it is sent."))
    logged_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("logged by"))
    logged_at = models.DateTimeField(_("logged"))

    objects = VoidableQuerySet["Session"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["Session"].as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-held_at", "-pk"]
        constraints = [
            void_says_why("courses_session_void_says_why"),
            models.UniqueConstraint(
                fields=["course", "number"], condition=Q(voided_at=None), name="courses_session_number_once"
            ),
            models.UniqueConstraint(
                fields=["course", "held_at"],
                condition=Q(voided_at=None),
                name="courses_session_one_at_a_time",
                violation_error_message=_("The course has another session at that time."),
            ),
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(voided_at=None), name="courses_session_one_per_appointment"
            ),
            models.UniqueConstraint(fields=["clinic", "form_key"], name="courses_session_form_saves_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="courses_session_numbered_from_one"),
            models.CheckConstraint(
                condition=Q(needles_in=None)
                | Q(needles_out=None)
                | Q(needles_in=F("needles_out"))
                | ~Q(needle_difference=""),
                name="courses_session_missing_needle_is_explained",
                violation_error_message=_("Say why the needles counted out differ from those counted in."),
            ),
            models.CheckConstraint(
                condition=Q(limits_life=None) | Q(limits_life__lte=10), name="courses_session_limits_life_to_10"
            ),
        ]
        indexes = [
            models.Index(fields=["course", "held_at"], name="courses_session_by_course"),
            models.Index(fields=["clinic", "-held_at"], name="courses_session_by_time"),
        ]

    def __str__(self) -> str:
        return str(_("Session %(number)s") % {"number": self.number})

    @property
    def is_uncleared(self) -> bool:
        """Whether needling took place without clearance."""
        return bool(self.uncleared_reason)

    @property
    def treatment_words(self) -> str:
        """Other treatment, in words."""
        return ", ".join(str(self.Treatment(one).label) for one in self.other_treatments)

    @property
    def is_count_missing(self) -> bool:
        """Whether needles were used and the count of removed ones is missing."""
        return self.is_needled and self.needles_out is None

    @property
    def is_needle_missing(self) -> bool:
        """Whether the counts differ."""
        return None not in (self.needles_in, self.needles_out) and self.needles_in != self.needles_out


class Needling(models.Model):
    """One point needled in one session, with what helps to find out later why it hurt."""

    class Side(models.TextChoices):
        """Which side of the body."""

        LEFT = "left", _("left")
        RIGHT = "right", _("right")
        BOTH = "both", _("both")
        MIDLINE = "midline", _("midline")

    class Stimulation(models.TextChoices):
        """How the needle was stimulated."""

        NONE = "none", _("none")
        MANUAL = "manual", _("manual")
        ELECTRICAL = "electrical", _("electrical")
        PRESS = "press_needle", _("press needle, stays in")

    class Response(models.TextChoices):
        """What was felt or seen at the needle."""

        DE_QI = "de_qi", _("de qi")
        TWITCH = "twitch", _("twitch")
        NOTHING = "nothing", _("sought, not felt")
        NOT_SOUGHT = "not_sought", _("not sought")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    session = models.ForeignKey(Session, models.CASCADE, related_name="needlings", verbose_name=_("session"))
    point = models.ForeignKey(
        Point, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("point")
    )
    unlisted = models.CharField(
        _("point that is not in the list"),
        max_length=80,
        blank=True,
        help_text=_("Safety checks cannot run for it."),
    )
    ashi_site = models.CharField(
        _("body site"), max_length=80, blank=True, help_text=_("Where a tender or unlisted point is.")
    )
    side = models.CharField(_("side"), max_length=10, choices=Side)
    depth_mm = models.PositiveSmallIntegerField(_("depth (mm)"), null=True, blank=True)
    angle_degrees = models.PositiveSmallIntegerField(_("angle (degrees)"), null=True, blank=True)
    stimulation = models.CharField(_("stimulation"), max_length=12, choices=Stimulation, default=Stimulation.NONE)
    retention_minutes = models.PositiveSmallIntegerField(_("retention (minutes)"), null=True, blank=True)
    response = models.CharField(_("response"), max_length=10, choices=Response, blank=True)
    needle = models.CharField(
        _("different needle"),
        max_length=40,
        blank=True,
        help_text=_("Size, maker or lot if they differ from the session's."),
    )

    objects = ClinicScopedQuerySet["Needling"].as_manager()

    class Meta:
        verbose_name = _("needling")
        verbose_name_plural = _("needlings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(point__isnull=False, ashi_site="") | (Q(point=None) & ~Q(ashi_site="")),
                name="courses_needling_point_or_tender_spot",
                violation_error_message=_("Choose a point, or say where the tender or unlisted point is."),
            ),
            models.CheckConstraint(
                condition=Q(point=None) | Q(unlisted=""),
                name="courses_needling_listed_point_has_no_other_name",
                violation_error_message=_("This point is in the list: leave the other name empty."),
            ),
            models.CheckConstraint(
                condition=Q(angle_degrees=None) | Q(angle_degrees__lte=90),
                name="courses_needling_angle_to_90",
            ),
            models.CheckConstraint(
                condition=Q(depth_mm=None) | Q(depth_mm__lte=150), name="courses_needling_depth_to_150"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point or self.place_words} ({self.get_side_display()})"

    @property
    def place_words(self) -> str:
        """The point's code, or the name of an unlisted point with its site, or the site of a tender point."""
        return place_words(self.point.code if self.point else "", self.unlisted, self.ashi_site)


def place_words(code: str, unlisted: str, site: str) -> str:
    """The place of a needle in words, from a needling's columns."""
    return code or ", ".join(part for part in (unlisted, site) if part)
