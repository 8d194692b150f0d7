"""Voids a record in a patient's file: it stays on file and is counted nowhere."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership, Voidable, required_reason, void_rows
from patients.locking import lock_patient
from patients.models import (
    Assessment,
    Consent,
    NeuroCheck,
    Patient,
    PatientPainType,
    Screening,
    SpecialistLetter,
)

RECORDS: dict[str, type[Voidable]] = {
    "assessment": Assessment,
    "type": PatientPainType,
    "screening": Screening,
    "check": NeuroCheck,
    "letter": SpecialistLetter,
    "consent": Consent,
}
# What somebody should know before they void a record.
WARNINGS: dict[str, str | Promise] = {
    "assessment": gettext_lazy(
        "Its imaging becomes void too. Without a diagnosis the patient may not be needled."
    ),
    "type": gettext_lazy("Types that it replaced stay ended. Record the right type afterwards."),
    "screening": gettext_lazy("The earlier screening is used again. Without one the patient may not be needled."),
    "check": gettext_lazy("The earlier check is used again."),
    "letter": gettext_lazy("The earlier letter is used again."),
    "consent": gettext_lazy("The patient's earlier answer is used again."),
}


def record_in(patient: Patient, kind: str, number: int) -> Voidable | None:
    """One record of a patient's file, void or not; None if the patient has no record with that number."""
    model = RECORDS.get(kind)
    if model is None:
        return None
    rows = model.every.filter(patient=patient, pk=number)  # type: ignore[attr-defined]
    found: Voidable | None = rows.select_related("voided_by__user").first()
    return found


@transaction.atomic
def void_record(patient: Patient, *, kind: str, number: int, reason: str, by: Membership, at: datetime) -> None:
    """Void the record; ValidationError if it is void already or does not exist."""
    reason = required_reason(reason)
    lock_patient(patient)
    record = record_in(patient, kind, number)
    if record is None:
        raise ValidationError(_("This record does not exist."))
    if record.is_void:
        raise ValidationError(_("%(who)s voided this already.") % {"who": record.voided_by})
    void_rows(RECORDS[kind]._default_manager.filter(pk=number), reason=reason, by=by, at=at)


def void_records(patient: Patient) -> list[tuple[str, Voidable]]:
    """The void records of a file, the newest first, each with the name of its kind."""
    found = [
        (str(model._meta.verbose_name), row)
        for model in RECORDS.values()
        for row in model.every.filter(patient=patient)  # type: ignore[attr-defined]
        .exclude(voided_at=None)
        .select_related("voided_by__user")
    ]
    return sorted(found, key=lambda pair: (pair[1].is_void, pair[1].voided_at), reverse=True)
