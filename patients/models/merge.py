"""Merges of two records of one person."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership
from patients.models.patient import Patient


class PatientMergeQuerySet(ClinicScopedQuerySet["PatientMerge"]):
    """Merges."""

    def in_force(self) -> Self:
        """Those that were not undone."""
        return self.filter(undone_at=None)


class PatientMerge(models.Model):
    """One record merged into another: what was moved, what was chosen, and both records as they were before.

    Never deleted; it changes only once, when the merge is undone.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    kept = models.ForeignKey(Patient, models.PROTECT, related_name="merges", verbose_name=_("record kept"))
    merged = models.ForeignKey(
        Patient, models.PROTECT, related_name="merges_away", verbose_name=_("record merged")
    )
    reason = models.CharField(_("why"), max_length=300)
    # Both rows as they were: {"kept": {...}, "merged": {...}}.
    before = models.JSONField(_("before"))
    # Keys of the rows that changed their patient: {"courses.course.patient": [1, 2]}.
    moved = models.JSONField(_("moved"))
    # Facts that had to change: {"courses.course": {"5": {"complaint": ["Neck pain", "Neck pain (2)"]}}}.
    changed = models.JSONField(_("changed"), default=dict)
    # Consents written by the merge where the two records differed.
    written = models.JSONField(_("written"), default=list)
    # A fingerprint of every row of the person, to detect anything written later.
    seal = models.JSONField(_("fingerprint"), default=dict)
    merged_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("merged by"))
    merged_at = models.DateTimeField(_("merged"))
    undone_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undo_reason = models.CharField(_("why undone"), max_length=300, blank=True)

    objects = PatientMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two records")
        verbose_name_plural = _("merges of records")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="patients_patientmerge_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="patients_patientmerge_is_of_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="patients_patientmerge_has_a_reason"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None, undo_reason="")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason=""),
                name="patients_patientmerge_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"
