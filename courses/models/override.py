"""A lead's permission to needle a patient once without clearance."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day
from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from courses.models.course import Course
from courses.models.session import Session


class ClearanceOverrideQuerySet(VoidableQuerySet["ClearanceOverride"]):
    """Overrides."""

    def unused_on(self, day: date) -> Self:
        """Those for a day that have not been used."""
        return self.filter(valid_on=day, session=None)


class ClearanceOverride(Voidable):
    """What a lead overrode, for one session on one day, and why. Other reasons still block."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="overrides", verbose_name=_("course"))
    codes = ArrayField(models.CharField(max_length=40), verbose_name=_("overridden"))
    valid_on = models.DateField(_("for the session on"))
    reason = models.CharField(_("why"), max_length=300)
    given_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("given by"))
    given_at = models.DateTimeField(_("given"))
    session = models.OneToOneField(
        Session,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clearance_override",
        verbose_name=_("used on"),
    )

    objects = ClearanceOverrideQuerySet.as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["ClearanceOverride"].as_manager()

    class Meta:
        verbose_name = _("override of a clearance")
        verbose_name_plural = _("overrides of clearances")
        ordering = ["-given_at", "-pk"]
        constraints = [
            void_says_why("courses_clearanceoverride_void_says_why"),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_clearanceoverride_has_a_reason"),
            models.CheckConstraint(
                condition=Q(codes__len__gt=0), name="courses_clearanceoverride_sets_something_aside"
            ),
            models.UniqueConstraint(
                fields=["course", "valid_on"],
                condition=Q(session=None, voided_at=None),
                name="courses_clearanceoverride_one_unused_a_day",
            ),
        ]

    def __str__(self) -> str:
        return shown_day(self.valid_on)
