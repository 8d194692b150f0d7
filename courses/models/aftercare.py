"""Aftercare: the clinic's measures, and those given to a patient."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet
from courses.models.session import Session


class AftercareMeasure(models.Model):
    """Something a patient may do at home, with what rules it out and what needs care.

    Conditions are codes of screening questions, of adverse events, or of `courses.sessions.aftercare`.
    """

    class Way(models.TextChoices):
        """How it acts; heat is never combined with anything that stays on the skin."""

        HEAT = "heat", _("heat")
        SKIN = "skin", _("stays on the skin")
        ADVICE = "advice", _("advice only")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="aftercare_measures", verbose_name=_("clinic"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    way = models.CharField(_("acts by"), max_length=10, choices=Way)
    blocked_by = ArrayField(models.CharField(max_length=40), verbose_name=_("not if"), default=list, blank=True)
    cautioned_by = ArrayField(
        models.CharField(max_length=40), verbose_name=_("with care if"), default=list, blank=True
    )
    doctor_first_if = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("only with a doctor's agreement if"),
        default=list,
        blank=True,
        help_text=_("Never suggested then: the patient asks the doctor or midwife first."),
    )
    ask_first = models.CharField(
        _("ask first"),
        max_length=300,
        blank=True,
        help_text=_("What rules it out and is not a screening question."),
    )
    advice = models.CharField(_("what to tell the patient"), max_length=400)
    is_offered = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=300, blank=True)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ClinicScopedQuerySet["AftercareMeasure"].as_manager()

    class Meta:
        verbose_name = _("aftercare measure")
        verbose_name_plural = _("aftercare measures")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code"], name="courses_aftercaremeasure_code_once"),
            models.CheckConstraint(
                condition=Q(way__in=["heat", "skin", "advice"]), name="courses_aftercaremeasure_known_way"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AftercareGiven(models.Model):
    """A measure the practitioner gave a patient at a session."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    session = models.ForeignKey(Session, models.PROTECT, related_name="aftercare_given", verbose_name=_("session"))
    measure = models.ForeignKey(AftercareMeasure, models.PROTECT, related_name="+", verbose_name=_("measure"))

    objects = ClinicScopedQuerySet["AftercareGiven"].as_manager()

    class Meta:
        verbose_name = _("aftercare given")
        verbose_name_plural = _("aftercare given")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session", "measure"], name="courses_aftercaregiven_once")]

    def __str__(self) -> str:
        return str(self.measure)
