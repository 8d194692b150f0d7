"""Writes into a patient's file, from the first visit on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, transaction

from clinic.models import Membership
from patients.documents import Document
from patients.locking import lock_patient
from patients.models import (
    Assessment,
    Consent,
    ConsentText,
    Imaging,
    NeuroCheck,
    PainType,
    Patient,
    PatientPainType,
    Screening,
    ScreeningFinding,
    ScreeningItem,
    SpecialistLetter,
)


@dataclass(frozen=True)
class ImagingFact:
    """One image for an assessment."""

    kind: Imaging.Kind
    taken_on: date
    level: str
    finding: str


@transaction.atomic
def record_assessment(
    *,
    patient: Patient,
    diagnosed_by: str,
    licence: str,
    diagnosed_on: date,
    origin: Assessment.Origin,
    by: Membership,
    at: datetime,
    imaging: Iterable[ImagingFact] = (),
    is_vertigo_explained: bool = False,
    note: str = "",
) -> Assessment:
    """A diagnosis with its images."""
    lock_patient(patient)
    assessment = Assessment.objects.create(
        clinic=patient.clinic,
        patient=patient,
        diagnosed_by=diagnosed_by,
        licence=licence,
        diagnosed_on=diagnosed_on,
        origin=origin,
        is_vertigo_explained=is_vertigo_explained,
        note=note,
        recorded_by=by,
        recorded_at=at,
    )
    for fact in imaging:
        Imaging.objects.create(
            clinic=patient.clinic,
            assessment=assessment,
            kind=fact.kind,
            taken_on=fact.taken_on,
            level=fact.level,
            finding=fact.finding,
        )
    return assessment


@transaction.atomic
def record_pain_type(
    *,
    patient: Patient,
    code: str,
    status: PatientPainType.Status,
    starts_on: date,
    by: Membership,
    at: datetime,
    has_vertigo: bool = False,
    replaces: Iterable[PatientPainType] = (),
) -> PatientPainType:
    """A type from a date on; the types it replaces end on that date, others continue."""
    lock_patient(patient)
    patient.pain_types.filter(pk__in=[old.pk for old in replaces], ended_on=None).update(ended_on=starts_on)
    return PatientPainType.objects.create(
        clinic=patient.clinic,
        patient=patient,
        pain_type=PainType.objects.for_clinic(patient.clinic).get(code=code),
        status=status,
        has_vertigo=has_vertigo,
        starts_on=starts_on,
        recorded_by=by,
        recorded_at=at,
    )


@transaction.atomic
def record_neuro_check(
    *,
    patient: Patient,
    checked_on: date,
    result: NeuroCheck.Result,
    by: Membership,
    at: datetime,
    note: str = "",
    hoffmann: str = "",
    gait: str = "",
    grip: str = "",
) -> NeuroCheck:
    """A neurological check with its result."""
    lock_patient(patient)
    return NeuroCheck.objects.create(
        clinic=patient.clinic,
        patient=patient,
        checked_on=checked_on,
        result=result,
        hoffmann=hoffmann,
        gait=gait,
        grip=grip,
        note=note,
        recorded_by=by,
        recorded_at=at,
    )


@transaction.atomic
def record_specialist_letter(
    *,
    patient: Patient,
    document: Document,
    written_by: str,
    written_on: date,
    by: Membership,
    at: datetime,
    expires_on: date | None = None,
    scope: str = "",
) -> SpecialistLetter:
    """A specialist's document; if the row cannot be saved, the file is removed too."""
    lock_patient(patient)
    letter = SpecialistLetter(
        clinic=patient.clinic,
        patient=patient,
        written_by=written_by,
        written_on=written_on,
        expires_on=expires_on,
        scope=scope,
        document_kind=document.kind,
        recorded_by=by,
        recorded_at=at,
    )
    letter.document.save("document", document.as_file(), save=False)
    try:
        with transaction.atomic():
            letter.save()
    except DatabaseError:
        letter.document.delete(save=False)
        raise
    return letter


@transaction.atomic
def record_screening(
    *,
    patient: Patient,
    findings: Mapping[ScreeningItem, str],
    by: Membership,
    at: datetime,
    valid_on: date | None = None,
    is_red_flags_asked: bool = False,
    note: str = "",
) -> Screening:
    """One pass through the questions: `findings` holds those answered yes, with their value."""
    lock_patient(patient)
    screening = Screening.objects.create(
        clinic=patient.clinic,
        patient=patient,
        screened_by=by,
        screened_at=at,
        is_red_flags_asked=is_red_flags_asked,
        note=note,
    )
    ScreeningFinding.objects.bulk_create(
        ScreeningFinding(
            clinic=patient.clinic, screening=screening, item=item, value=value, valid_on=valid_on or at.date()
        )
        for item, value in findings.items()
    )
    return screening


@transaction.atomic
def record_consent(
    *,
    patient: Patient,
    stream: Consent.Stream,
    is_given: bool,
    how: Consent.How,
    by: Membership | None,
    at: datetime,
    shown_text: ConsentText | None,
) -> Consent:
    """The patient's answer for a stream, with the text they read, None where they read none; earlier ones stay."""
    lock_patient(patient)
    return Consent.objects.create(
        clinic=patient.clinic,
        patient=patient,
        stream=stream,
        is_given=is_given,
        how=how,
        text=shown_text,
        text_version=str(shown_text.version) if shown_text else "",
        language=patient.language,
        recorded_by=by,
        recorded_at=at,
    )


@transaction.atomic
def archive_patient(patient: Patient, *, at: datetime) -> None:
    """Hide a patient from the lists; nothing is deleted."""
    lock_patient(patient)
    patient.archived_at = at
    patient.save(update_fields=["archived_at"])


@transaction.atomic
def trust_address(patient: Patient) -> None:
    """Write to a patient's address again: the refusal was an error, or the mailbox works again."""
    lock_patient(patient)
    patient.email_failed_at = None
    patient.save(update_fields=["email_failed_at"])


@transaction.atomic
def restore_patient(patient: Patient) -> None:
    """Show an archived patient in the lists again."""
    lock_patient(patient)
    patient.archived_at = None
    patient.save(update_fields=["archived_at"])
