"""Harm: the clinic's checklist, and what happened to a patient."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from courses.models.course import Course
from courses.models.session import Session


class AdverseEventItem(models.Model):
    """One line of the checklist; a checklist finds several times as much as an open question."""

    clinic = models.ForeignKey(
        Clinic, models.PROTECT, related_name="adverse_event_items", verbose_name=_("clinic")
    )
    code = models.SlugField(_("code"), max_length=40)
    wording = models.CharField(_("wording"), max_length=120)
    is_local = models.BooleanField(_("at the needle spot"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=200, blank=True)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ClinicScopedQuerySet["AdverseEventItem"].as_manager()

    class Meta:
        verbose_name = _("adverse event of the checklist")
        verbose_name_plural = _("adverse event checklist")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code"], name="courses_adverseeventitem_code_once")
        ]

    def __str__(self) -> str:
        return self.wording


class AdverseEvent(Voidable):
    """Harm that was noticed, whatever the score and the clearance."""

    class Severity(models.TextChoices):
        """How bad it was for the patient."""

        MILD = "mild", _("mild: easily tolerated")
        MODERATE = "moderate", _("moderate: interferes with activities")
        SEVERE = "severe", _("severe: prevents them")

    class Causality(models.TextChoices):
        """Whether the treatment caused it, in the practitioner's opinion."""

        UNRELATED = "unrelated", _("unrelated")
        POSSIBLE = "possible", _("possibly")
        PROBABLE = "probable", _("probably")
        DEFINITE = "definite", _("definitely")
        NOT_JUDGED = "", _("not judged")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="adverse_events", verbose_name=_("course"))
    session = models.ForeignKey(
        Session,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adverse_events",
        verbose_name=_("session"),
    )
    item = models.ForeignKey(AdverseEventItem, models.PROTECT, related_name="+", verbose_name=_("what"))
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, default=Severity.MILD)
    causality = models.CharField(
        _("caused by the treatment"), max_length=10, choices=Causality, default=Causality.NOT_JUDGED, blank=True
    )
    is_serious = models.BooleanField(
        _("serious"), default=False, help_text=_("Hospital, lasting disability, threat to life or death.")
    )
    onset_minutes = models.PositiveIntegerField(_("minutes after needling"), null=True, blank=True)
    course_of_it = models.CharField(
        _("course of the pain"),
        max_length=200,
        blank=True,
        help_text=_("For pain: start, peak (0-10) and how long."),
    )
    noticed_at = models.DateTimeField(_("noticed"))
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )

    objects = VoidableQuerySet["AdverseEvent"].as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["AdverseEvent"].as_manager()

    class Meta:
        verbose_name = _("adverse event")
        verbose_name_plural = _("adverse events")
        ordering = ["-noticed_at", "-pk"]
        constraints = [
            void_says_why("courses_adverseevent_void_says_why"),
            models.UniqueConstraint(
                fields=["session", "item"],
                condition=Q(session__isnull=False),
                name="courses_adverseevent_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)
