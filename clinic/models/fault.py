"""A fault that an operator must look at."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FaultQuerySet(models.QuerySet["Fault"]):
    """Faults; they belong to the installation, not to a clinic."""

    def open(self) -> FaultQuerySet:
        """Those that have not ended."""
        return self.filter(gone_at=None)


class Fault(models.Model):
    """A fault the software found in itself, stored once and ended when it is fixed. Holds ids only."""

    class Kind(models.TextChoices):
        """What is wrong."""

        STUCK = "stuck", _("an alert is stuck")
        UNTOLD = "untold", _("an alert that reached nobody")
        UNDELIVERED = "undelivered", _("red-flag mail given up")
        SPOOL = "spool", _("an answer on disk that could not be taken in")
        UNREACHED = "unreached", _("no message about a report was accepted in time")
        REFUSED = "refused", _("the mail server refuses what this installation sends")
        UNSENDABLE = "unsendable", _("messages that cannot be made")
        CRASHING = "crashing", _("a task that ends its process every time")
        CLOCK = "clock", _("a clock was set back, and the step was set again")
        CURVE = "curve", _("the curve failed, and only the fixed rules were applied")

    # An event that is over at once: counted, without an alarm.
    NOTED = (Kind.CURVE, Kind.CLOCK)

    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    subject = models.CharField(_("about"), max_length=60)
    found_at = models.DateTimeField(_("found"))
    gone_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = FaultQuerySet.as_manager()

    class Meta:
        verbose_name = _("fault")
        verbose_name_plural = _("faults")
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(gone_at=None), name="clinic_fault_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @classmethod
    def over(cls, kind: Kind, *, at: datetime, **subjects: object) -> int:
        """End the fault: for all subjects, or for those that a filter selects."""
        return cls.objects.open().filter(kind=kind, **subjects).update(gone_at=at)

    @classmethod
    def note(cls, kind: Kind, subject: str, *, at: datetime) -> None:
        """Count an event that is already over; no alarm."""
        cls.objects.create(kind=kind, subject=subject, found_at=at, gone_at=at)

    @classmethod
    def find(cls, kind: Kind, subject: str, *, at: datetime) -> bool:
        """Store a fault; False if it is known already."""
        _fault, is_new = cls.objects.get_or_create(
            kind=kind, subject=subject, gone_at=None, defaults={"found_at": at}
        )
        return is_new
