"""Preset plans of treatment."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet
from courses.models.point import Point


class ProtocolQuerySet(ClinicScopedQuerySet["Protocol"]):
    """Preset plans."""

    def offered(self) -> Self:
        """Those that can be chosen for a new course."""
        return self.filter(is_offered=True)


class Protocol(models.Model):
    """A plan: how many sessions in which weeks, when to review, with its source."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="protocols", verbose_name=_("clinic"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    weekly_sessions = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("sessions in each week"),
        help_text=_("For example 3,3,2,2 for ten sessions in four weeks."),
    )
    retention_minutes = models.PositiveSmallIntegerField(_("retention (minutes)"), null=True, blank=True)
    review_sessions = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("review after sessions"), default=list, blank=True
    )
    for_types = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("for types"),
        default=list,
        blank=True,
        help_text=_("Codes of types of neck pain; empty: any."),
    )
    is_specialised = models.BooleanField(
        _("specialised plan"), default=False, help_text=_("For mixed type with vertigo.")
    )
    is_offered = models.BooleanField(_("offered"), default=True)
    style = models.CharField(
        _("style"), max_length=100, blank=True, help_text=_("For example traditional Chinese, Western medical.")
    )
    reasoning = models.CharField(
        _("reasoning"), max_length=300, blank=True, help_text=_("Why these points and this schedule.")
    )
    minutes_with_practitioner = models.PositiveSmallIntegerField(_("session (minutes)"), null=True, blank=True)
    points = models.ManyToManyField(Point, verbose_name=_("points"), blank=True, related_name="+")
    note = models.TextField(_("note"), blank=True)
    source = models.CharField(_("source"), max_length=200)
    needs_sign_off = models.BooleanField(_("needs clinical sign-off"), default=True)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code"], name="courses_protocol_code_once"),
            models.CheckConstraint(
                condition=Q(weekly_sessions__len__gt=0),
                name="courses_protocol_has_weeks",
                violation_error_message=_("Say how many sessions there are in at least one week."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def n_sessions(self) -> int:
        """How many sessions are planned."""
        return sum(self.weekly_sessions)

    @property
    def n_weeks(self) -> int:
        """Over how many weeks."""
        return len(self.weekly_sessions)
