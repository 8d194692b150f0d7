"""Changes how a patient can be reached and stores the previous details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from clinic.models import Membership
from patients.locking import lock_patient
from patients.models import ContactChange, Patient

# Name and birth date have corrections of their own, with a reason.
CONTACT_FIELDS = ("phone", "email", "language")


def contact_of(patient: Patient) -> dict[str, str]:
    """A patient's contact details, as they are saved."""
    row: dict[str, str] = Patient.objects.filter(pk=patient.pk).values(*CONTACT_FIELDS).get()
    return row


@transaction.atomic
def keep_contact(
    patient: Patient, before: Mapping[str, str], *, by: Membership, at: datetime
) -> list[ContactChange]:
    """Add a row for every contact detail that changed."""
    lock_patient(patient)
    return ContactChange.objects.bulk_create(
        ContactChange(
            clinic_id=patient.clinic_id,
            patient=patient,
            field=name,
            before=before[name],
            after=getattr(patient, name),
            changed_by=by,
            changed_at=at,
        )
        for name in CONTACT_FIELDS
        if before[name] != getattr(patient, name)
    )
