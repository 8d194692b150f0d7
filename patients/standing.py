"""How a patient stands: the facts of clearance and consent read from the rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Prefetch, QuerySet

from clinic.models import Membership
from patients.clearance import MIXED_TYPE, UNDIAGNOSED_TYPE, Clearance, clearance, needs_specialised
from patients.clearance_facts import CareFact, ClearanceFacts, LetterFact, PractitionerFact, TypeFact
from patients.models import (
    Consent,
    NeuroCheck,
    Patient,
    PatientPainType,
    Screening,
    ScreeningFinding,
    ScreeningItem,
)


def clearance_of(
    patient: Patient,
    *,
    on: date,
    care: CareFact,
    practitioner: Membership | None = None,
    is_alone: bool = False,
) -> Clearance:
    """The verdict on a patient on a day; `care` is what the courses know.

    `is_alone`: nobody supervised the practitioner at the visit, whoever is named as their supervisor.
    """
    who = practitioner_fact(practitioner, is_alone=is_alone) if practitioner else None
    return clearance(clearance_facts(patient, on=on, care=care, practitioner=who))


def clearance_facts(
    patient: Patient, *, on: date, care: CareFact, practitioner: PractitionerFact | None
) -> ClearanceFacts:
    """Everything the verdict rests on, in a fixed number of queries."""
    assessments = list(patient.assessments.filter(diagnosed_on__lte=on))
    letter = patient.specialist_letters.filter(written_on__lte=on).first()
    findings = ScreeningFinding.objects.select_related("item")
    screening = patient.screenings.prefetch_related(Prefetch("findings", findings)).first()
    check = patient.neuro_checks.filter(checked_on__lte=on).first()
    return ClearanceFacts(
        on=on,
        diagnosed_on=max((assessment.diagnosed_on for assessment in assessments), default=None),
        types=_types(patient, on=on),
        is_vertigo_explained=any(assessment.is_vertigo_explained for assessment in assessments),
        letter=LetterFact(letter.written_on, letter.expires_on, letter.scope) if letter else None,
        has_consent=has_consent(patient, Consent.Stream.TREATMENT),
        is_screened=screening is not None,
        blocking_items=_blocking(screening),
        limits=_limits(screening),
        checked_on=check.checked_on if check else None,
        is_check_worse=check is not None and check.result == NeuroCheck.Result.WORSE,
        care=care,
        practitioner=practitioner,
    )


def practitioner_fact(member: Membership, *, is_alone: bool = False) -> PractitionerFact:
    """What clearance asks of the person who needles."""
    has_supervisor = member.supervisor is not None and member.supervisor.is_active
    return PractitionerFact(
        has_licence=bool(member.licence_number),
        licence_expires_on=member.licence_expires_on,
        is_supervised=member.is_supervised,
        has_supervisor=has_supervisor and not is_alone,
    )


def has_consent(patient: Patient, stream: Consent.Stream) -> bool:
    """Whether the patient's last word on a stream is yes."""
    latest = patient.consents.filter(stream=stream).values_list("is_given", flat=True).first()
    return bool(latest)


def consents_by_stream(patient: Patient) -> dict[str, bool]:
    """The patient's last word on each stream that was ever asked."""
    return dict(patient.consents.latest_each().values_list("stream", "is_given"))


def curve_group(patient: Patient, *, on: date) -> str:
    """The type the healing curve learns from, of one patient."""
    return curve_groups(PatientPainType.objects.filter(patient=patient), on=on).get(patient.pk, UNDIAGNOSED_TYPE)


def curve_groups(types: QuerySet[PatientPainType], *, on: date) -> dict[int, str]:
    """By patient: mixed for two or more components, else the confirmed type, else the working one."""
    rows = types.filter(starts_on__lte=on).exclude(ended_on__lte=on).order_by("starts_on", "pk")
    held: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for patient_id, code, status in rows.values_list("patient_id", "pain_type__code", "status"):
        held[patient_id].append((code, status))
    return {patient_id: _group(codes) for patient_id, codes in held.items()}


def _group(held: list[tuple[str, str]]) -> str:
    components = {code for code, _status in held} - {MIXED_TYPE, UNDIAGNOSED_TYPE}
    if len(components) > 1 or any(code == MIXED_TYPE for code, _status in held):
        return MIXED_TYPE
    confirmed = [code for code, status in held if status == PatientPainType.Status.CONFIRMED]
    return next(iter([*confirmed, *(code for code, _status in held)]), UNDIAGNOSED_TYPE)


def needs_specialised_plan(patient: Patient, *, on: date) -> bool:
    """Whether the patient's types of a day ask for the specialised plan."""
    return needs_specialised(_types(patient, on=on))


def _types(patient: Patient, *, on: date) -> tuple[TypeFact, ...]:
    every = list(patient.pain_types.select_related("pain_type"))
    first_on = min((one.starts_on for one in every), default=on)
    clinic = patient.clinic
    first_told_on = min((clinic.local(one.recorded_at).date() for one in every), default=on)
    return tuple(
        TypeFact(
            code=one.pain_type.code,
            # Mixed has the class of its components, which stand beside it.
            clearance_class="A" if one.pain_type.code == MIXED_TYPE else one.pain_type.clearance_class,
            has_vertigo=one.has_vertigo,
            is_added_later=one.starts_on > first_on or clinic.local(one.recorded_at).date() > first_told_on,
            # Told later than it began and dated back to the beginning: the change is the day it was told.
            starts_on=one.starts_on if one.starts_on > first_on else clinic.local(one.recorded_at).date(),
        )
        for one in every
        if one.starts_on <= on and (one.ended_on is None or one.ended_on > on)
    )


def _blocking(screening: Screening | None) -> tuple[str, ...]:
    if screening is None:
        return ()
    return tuple(
        finding.item.wording
        for finding in screening.findings.all()
        if finding.item.effect == ScreeningItem.Effect.BLOCKS
    )


def _limits(screening: Screening | None) -> tuple[str, ...]:
    if screening is None:
        return ()
    limiting = [one.item for one in screening.findings.all() if one.item.effect == ScreeningItem.Effect.LIMITS]
    return tuple(sorted({tag for item in limiting for tag in item.tags}))
