"""Who treated a course before, and why somebody else does now."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day
from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from courses.models.course import Course


class HandOver(models.Model):
    """A course given from one practitioner to another. Never changed or deleted: giving it back is a new row."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="hand_overs", verbose_name=_("course"))
    from_member = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("from"))
    to_member = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("to"))
    reason = models.CharField(_("why"), max_length=200)
    handed_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("handed over by"))
    handed_at = models.DateTimeField(_("handed over"))
    form_key = models.UUIDField(_("form"), help_text=_("One form hands over once, however often it is sent."))

    objects = ClinicScopedQuerySet["HandOver"].as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["handed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["form_key", "course"], name="courses_handover_form_saves_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="courses_handover_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(from_member=F("to_member")), name="courses_handover_is_to_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return shown_day(timezone.localtime(self.handed_at))
