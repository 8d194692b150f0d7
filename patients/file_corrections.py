"""Corrects a patient's file: the old value stays on file, with who changed it, when and why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from clinic.models import Membership
from patients.locking import lock_patient
from patients.models import (
    Assessment,
    FileCorrection,
    Imaging,
    NeuroCheck,
    Patient,
    PatientPainType,
    SpecialistLetter,
)

Subject = FileCorrection.Subject
# What may be corrected in each record. A new type is not a correction: it has a start date of its own.
FIELDS: dict[Subject, tuple[type[models.Model], tuple[str, ...]]] = {
    Subject.PATIENT: (Patient, ("given_name", "family_name", "born_on", "birth_year")),
    Subject.ASSESSMENT: (
        Assessment,
        ("diagnosed_by", "licence", "diagnosed_on", "origin", "is_vertigo_explained", "note"),
    ),
    Subject.IMAGING: (Imaging, ("kind", "taken_on", "level", "finding")),
    Subject.TYPE: (PatientPainType, ("status", "has_vertigo", "starts_on")),
    Subject.CHECK: (NeuroCheck, ("checked_on", "result", "hoffmann", "gait", "grip", "note")),
    Subject.LETTER: (SpecialistLetter, ("written_by", "written_on", "expires_on", "scope")),
}


class StaleRecord(Exception):
    """Somebody corrected the record while the page was open; `newer` holds their changes."""

    def __init__(self, newer: list[FileCorrection]) -> None:
        super().__init__("the record was corrected meanwhile")
        self.newer = newer


def corrections_of(patient: Patient, subject: Subject, subject_id: int) -> models.QuerySet[FileCorrection]:
    """The corrections of one record."""
    rows = patient.corrections.filter(subject=subject, subject_id=subject_id)
    return rows.select_related("corrected_by__user")


def version_of(patient: Patient, subject: Subject, subject_id: int) -> int:
    """A number that rises with every correction of a record."""
    newest = corrections_of(patient, subject, subject_id).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def record_of(patient: Patient, subject: Subject, subject_id: int) -> models.Model | None:
    """One record of a patient's file; None if the patient has no record with that number."""
    model, _fields = FIELDS[subject]
    rows = model._default_manager.filter(pk=subject_id)
    if subject == Subject.PATIENT:
        return rows.filter(pk=patient.pk).first()
    owner = "assessment__patient" if subject == Subject.IMAGING else "patient"
    return rows.filter(**{owner: patient}).first()


@transaction.atomic
def correct_record(
    patient: Patient,
    *,
    subject: Subject,
    subject_id: int,
    values: Mapping[str, Any],
    version: int,
    reason: str,
    by: Membership,
    at: datetime,
) -> list[FileCorrection]:
    """Store the old value of every changed fact and save the new one; StaleRecord if somebody else was faster."""
    lock_patient(patient)
    if not reason.strip():
        raise ValidationError({"reason": _("Enter the reason. A correction needs one.")})
    if version_of(patient, subject, subject_id) != version:
        raise StaleRecord(list(corrections_of(patient, subject, subject_id).filter(pk__gt=version)))
    record = record_of(patient, subject, subject_id)
    if record is None:
        raise ValidationError(_("This record does not exist."))
    _model, fields = FIELDS[subject]
    changed = [name for name in fields if name in values and getattr(record, name) != values[name]]
    if not changed:
        raise ValidationError(_("Nothing was changed."))
    act = uuid.uuid4()
    changes_kept = [
        FileCorrection.objects.create(
            clinic=patient.clinic,
            patient=patient,
            act=act,
            subject=subject,
            subject_id=subject_id,
            field=name,
            before=_plain(getattr(record, name)),
            after=_plain(values[name]),
            reason=reason.strip(),
            corrected_by=by,
            corrected_at=at,
        )
        for name in changed
    ]
    for name in changed:
        setattr(record, name, values[name])
    record.save(update_fields=changed)
    return changes_kept


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
