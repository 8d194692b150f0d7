"""When a course was on hold, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet
from courses.models.course import Course


class Hold(models.Model):
    """One hold; open while the course is on hold."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="holds", verbose_name=_("course"))
    reason = models.CharField(_("why"), max_length=200)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = ClinicScopedQuerySet["Hold"].as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["began_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course"], condition=Q(ended_at=None), name="courses_hold_one_open_per_course"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
                name="courses_hold_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
