"""A file of patients and past sessions that a clinic brought along, and what was written from it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership

# A file nobody imported, and the list of refused rows, are deleted after so many days.
KEPT = timedelta(days=7)


class HistoryImportQuerySet(ClinicScopedQuerySet["HistoryImport"]):
    """Imports."""

    def light(self) -> Self:
        """Without the files."""
        return self.defer("content", "refused", "preview")

    def due(self, at: datetime) -> Self:
        """Waiting for a worker, or left behind by one that died."""
        free = Q(lease_until=None) | Q(lease_until__lt=at)
        return self.filter(free, state__in=[HistoryImport.State.CHECKING, HistoryImport.State.IMPORTING])


class HistoryImport(models.Model):
    """One uploaded file: how it is read, what was found in it, what became of it. The file is soon deleted."""

    class State(models.TextChoices):
        """How far it is."""

        UPLOADED = "uploaded", _("columns to choose")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, not imported yet")
        IMPORTING = "importing", _("being imported")
        IMPORTED = "imported", _("imported")
        FAILED = "failed", _("not imported")
        UNDONE = "undone", _("undone")
        DISCARDED = "discarded", _("file deleted, nothing imported")

    WORKING = (State.CHECKING, State.IMPORTING)
    OPEN = (State.UPLOADED, State.CHECKING, State.CHECKED, State.FAILED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    uploaded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded"))
    file_name = models.CharField(_("file"), max_length=120, blank=True)
    content = models.BinaryField(_("content"), default=b"", blank=True)
    digest = models.CharField(_("digest of the file"), max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UPLOADED)
    choices = models.JSONField(_("how it is read"), default=dict, blank=True)
    found = models.JSONField(_("what was found"), default=dict, blank=True)
    preview = models.JSONField(_("first rows"), default=dict, blank=True)
    refused = models.BinaryField(_("refused rows"), default=b"", blank=True)
    is_partial = models.BooleanField(_("without the refused rows"), default=False)
    n_done = models.PositiveIntegerField(_("done"), default=0)
    n_total = models.PositiveIntegerField(_("of"), default=0)
    # Which worker has it, until when unless it renews that, and how often it was tried.
    claim = models.UUIDField(_("claim"), null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(_("worked on until"), null=True, blank=True)
    n_tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    imported_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("imported by")
    )
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    undone_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undo_reason = models.CharField(_("why undone"), max_length=300, blank=True)

    objects = HistoryImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "-pk"]
        permissions = [("export_clinic", "Can take out all data of the clinic")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None) | ~Q(undo_reason=""), name="courses_historyimport_undo_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="imported") | Q(imported_at__isnull=False),
                name="courses_historyimport_imported_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Import %(number)s") % {"number": self.pk})

    @property
    def is_working(self) -> bool:
        """Whether a worker has it, or is about to."""
        return self.state in self.WORKING

    @property
    def forgotten_on(self) -> datetime:
        """When its file is deleted at the latest."""
        return (self.checked_at or self.uploaded_at) + KEPT


class ImportPart(models.Model):
    """Some records that an import wrote, and their fingerprints: what was written since is known by them."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    history_import = models.ForeignKey(
        HistoryImport, models.PROTECT, related_name="parts", verbose_name=_("import")
    )
    # Numbers, not references: a record that the undo takes away may be named here.
    patients = ArrayField(models.BigIntegerField(), verbose_name=_("records"))
    new_patients = ArrayField(models.BigIntegerField(), verbose_name=_("new records"), default=list)
    seal = models.JSONField(_("fingerprints"), default=dict)

    objects = ClinicScopedQuerySet["ImportPart"].as_manager()

    class Meta:
        verbose_name = _("part of an import")
        verbose_name_plural = _("parts of imports")
        ordering = ["pk"]
        # The database asks for each record that an undo takes away.
        indexes = [GinIndex(fields=["new_patients"], name="courses_importpart_by_record")]

    def __str__(self) -> str:
        return str(self.pk)
