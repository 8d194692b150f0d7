"""Letters to doctors as they were written, and their downloads."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.country.shown import shown_day, shown_moment
from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from courses.models.alerting.alert import Alert
from courses.models.course import Course
from patients.models import Patient


class Letter(Voidable):
    """One letter, stored as it was signed. The database refuses to change or delete it; it can only be voided."""

    class Kind(models.TextChoices):
        """The purpose of the letter."""

        SUMMARY = "summary", _("summary of the course")
        URGENT = "urgent", _("urgent referral")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="letters", verbose_name=_("patient"))
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name=_("course")
    )
    alert = models.ForeignKey(
        Alert, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name=_("red flag")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    addressee = models.CharField(_("to"), max_length=200)
    message = models.TextField(_("message"), blank=True)
    written_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("written by"))
    written_at = models.DateTimeField(_("written"))
    pdf = models.BinaryField(_("PDF"))

    objects = VoidableQuerySet["Letter"].as_manager()
    every = ClinicScopedQuerySet["Letter"].as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-written_at", "-pk"]
        constraints = [
            void_says_why("courses_letter_void_says_why"),
            models.CheckConstraint(
                condition=Q(kind="summary", course__isnull=False) | Q(kind="urgent", alert__isnull=False),
                name="courses_letter_is_about_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shown_day(timezone.localtime(self.written_at))}"


class LetterEvent(models.Model):
    """Written, downloaded or voided: who and when. The database refuses to change or delete it."""

    class Kind(models.TextChoices):
        """What happened."""

        WRITTEN = "written", _("written")
        DOWNLOADED = "downloaded", _("downloaded")
        VOIDED = "voided", _("voided")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="events", verbose_name=_("letter"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("who"))
    happened_at = models.DateTimeField(_("when"))

    objects = ClinicScopedQuerySet["LetterEvent"].as_manager()

    class Meta:
        verbose_name = _("letter event")
        verbose_name_plural = _("letter events")
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {shown_moment(timezone.localtime(self.happened_at))}"
