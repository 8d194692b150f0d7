"""A patient's current state: the facts for clearance and consent, read from the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils.functional import cached_property

from clinic.models import Clinic, Membership
from patients.clearance import (
    MIXED_TYPE,
    UNDIAGNOSED_TYPE,
    Clearance,
    clearance,
    effective_class,
    needs_specialised,
)
from patients.clearance_facts import CareFact, ClearanceFacts, LetterFact, PractitionerFact, TypeFact
from patients.models import (
    Assessment,
    Consent,
    NeuroCheck,
    Patient,
    PatientPainType,
    Screening,
    ScreeningFinding,
    ScreeningItem,
    SpecialistLetter,
)


class PatientFile:
    """A patient's file, the newest row of each kind first, loaded when needed."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient

    @cached_property
    def assessments(self) -> list[Assessment]:
        """The diagnoses."""
        return list(self.patient.assessments.all())

    @cached_property
    def letters(self) -> list[SpecialistLetter]:
        """The specialists' letters."""
        return list(self.patient.specialist_letters.all())

    @cached_property
    def screening(self) -> Screening | None:
        """The latest screening; None if there is none."""
        findings = ScreeningFinding.objects.select_related("item").order_by("item")
        return self.patient.screenings.prefetch_related(Prefetch("findings", findings)).first()

    @property
    def findings(self) -> list[ScreeningFinding]:
        """The yeses of the latest screening, with their items."""
        return list(self.screening.findings.all()) if self.screening else []

    @cached_property
    def checks(self) -> list[NeuroCheck]:
        """The neurological checks."""
        return list(self.patient.neuro_checks.all())

    @cached_property
    def types(self) -> list[PatientPainType]:
        """The types of pain, including those that ended."""
        return list(self.patient.pain_types.select_related("pain_type"))

    @cached_property
    def consents(self) -> Mapping[str, bool]:
        """The latest answer for each stream that was ever asked."""
        return consents_by_stream(self.patient)

    def group(self, *, on: date) -> str:
        """The type that the healing curve uses on a day."""
        held = [(one.pain_type.code, one.status) for one in self.types if _is_held(one, on)]
        return _group(held)


def clearance_of(
    patient: Patient,
    *,
    on: date,
    care: CareFact,
    practitioner: Membership | None = None,
    is_alone: bool = False,
) -> Clearance:
    """The verdict on a patient on a day; `care` is what the courses know.

    `is_alone`: nobody supervised the practitioner at the visit, even if a supervisor is named.
    """
    who = practitioner_fact(practitioner, is_alone=is_alone) if practitioner else None
    return clearance(clearance_facts(PatientFile(patient), on=on, care=care, practitioner=who))


def clearance_facts(
    file: PatientFile, *, on: date, care: CareFact, practitioner: PractitionerFact | None
) -> ClearanceFacts:
    """All facts for the verdict of a day."""
    assessments = [one for one in file.assessments if one.diagnosed_on <= on]
    letter = next((one for one in file.letters if one.written_on <= on), None)
    check = next((one for one in file.checks if one.checked_on <= on), None)
    return ClearanceFacts(
        on=on,
        diagnosed_on=max((assessment.diagnosed_on for assessment in assessments), default=None),
        types=_types(file.types, clinic=file.patient.clinic, on=on),
        is_vertigo_explained=any(assessment.is_vertigo_explained for assessment in assessments),
        letter=LetterFact(letter.written_on, letter.expires_on, letter.scope) if letter else None,
        has_consent=file.consents.get(Consent.Stream.TREATMENT, False),
        is_screened=file.screening is not None,
        blocking_items=_blocking(file),
        limits=_limits(file),
        checked_on=check.checked_on if check else None,
        is_check_worse=check is not None and check.result == NeuroCheck.Result.WORSE,
        care=care,
        practitioner=practitioner,
    )


def practitioner_fact(member: Membership, *, is_alone: bool = False) -> PractitionerFact:
    """The facts about the person who needles."""
    has_supervisor = member.supervisor is not None and member.supervisor.is_active
    return PractitionerFact(
        has_licence=bool(member.licence_number),
        licence_expires_on=member.licence_expires_on,
        is_supervised=member.is_supervised,
        has_supervisor=has_supervisor and not is_alone,
    )


def effective_classes(clinic: Clinic, patient_ids: Collection[int], *, on: date) -> dict[int, str]:
    """The clearance class of many patients on a day, in a fixed number of queries; none for who has no type."""
    types: dict[int, list[PatientPainType]] = defaultdict(list)
    every = PatientPainType.objects.for_clinic(clinic).filter(patient__in=patient_ids)
    for one in every.select_related("pain_type"):
        types[one.patient_id].append(one)
    dizzy = [pk for pk, rows in types.items() if any(one.has_vertigo for one in rows)]
    named = Assessment.objects.for_clinic(clinic).filter(patient__in=dizzy, is_vertigo_explained=True)
    explained = set(named.filter(diagnosed_on__lte=on).values_list("patient_id", flat=True)) if dizzy else set()
    held = {pk: _types(rows, clinic=clinic, on=on) for pk, rows in types.items()}
    return {
        pk: effective_class(ClearanceFacts(on=on, types=facts, is_vertigo_explained=pk in explained))
        for pk, facts in held.items()
        if facts
    }


def has_consent(patient: Patient, stream: Consent.Stream) -> bool:
    """Whether the patient's latest answer for a stream is yes."""
    latest = patient.consents.filter(stream=stream).values_list("is_given", flat=True).first()
    return bool(latest)


def consents_by_stream(patient: Patient) -> dict[str, bool]:
    """The patient's latest answer for each stream that was ever asked."""
    return dict(patient.consents.latest_each().values_list("stream", "is_given"))


def curve_group(patient: Patient, *, on: date) -> str:
    """The type that the healing curve uses for one patient."""
    return curve_groups(PatientPainType.objects.filter(patient=patient), on=on).get(patient.pk, UNDIAGNOSED_TYPE)


def curve_groups(types: QuerySet[PatientPainType], *, on: date) -> dict[int, str]:
    """By patient: mixed for two or more components, otherwise the confirmed type, otherwise the working one."""
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
    """Whether the patient's types on a day need the specialised plan."""
    types = patient.pain_types.select_related("pain_type")
    return needs_specialised(_types(types, clinic=patient.clinic, on=on))


def _types(types: Iterable[PatientPainType], *, clinic: Clinic, on: date) -> tuple[TypeFact, ...]:
    every = list(types)
    first_on = min((one.starts_on for one in every), default=on)
    first_told_on = min((clinic.local(one.recorded_at).date() for one in every), default=on)
    return tuple(
        TypeFact(
            code=one.pain_type.code,
            # Mixed has the class of its components, which are listed beside it.
            clearance_class="A" if one.pain_type.code == MIXED_TYPE else one.pain_type.clearance_class,
            has_vertigo=one.has_vertigo,
            is_added_later=one.starts_on > first_on or clinic.local(one.recorded_at).date() > first_told_on,
            # For a type that was recorded later and dated back to the start, the change counts from the recording.
            starts_on=one.starts_on if one.starts_on > first_on else clinic.local(one.recorded_at).date(),
        )
        for one in every
        if _is_held(one, on)
    )


def _is_held(one: PatientPainType, on: date) -> bool:
    return one.starts_on <= on and (one.ended_on is None or one.ended_on > on)


def _blocking(file: PatientFile) -> tuple[str, ...]:
    blocks = ScreeningItem.Effect.BLOCKS
    return tuple(one.item.wording for one in file.findings if one.item.effect == blocks)


def _limits(file: PatientFile) -> tuple[str, ...]:
    limiting = [one.item for one in file.findings if one.item.effect == ScreeningItem.Effect.LIMITS]
    return tuple(sorted({tag for item in limiting for tag in item.tags}))
