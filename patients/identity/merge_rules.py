"""Rules for a patient's file when two records are merged."""

from __future__ import annotations

from patients.identity.relations import MOVES, STAYS, Changes, Pair, Registered, Rule
from patients.models import IntakeDraft, PatientPainType


def drafts_of_steps_typed_twice(pair: Pair) -> list[int]:
    """The kept record's drafts have priority; an unfinished step is not part of the record."""
    steps = IntakeDraft.objects.filter(patient=pair.kept).values("step")
    return list(IntakeDraft.objects.filter(patient=pair.merged, step__in=steps).values_list("pk", flat=True))


def types_held_twice(pair: Pair) -> Changes:
    """If both records hold a type, only one stays: the more cautious one. The other one ends."""
    ended: Changes = {}
    theirs = PatientPainType.objects.filter(patient=pair.merged, ended_on=None).select_related("pain_type")
    for one in theirs:
        own = PatientPainType.objects.filter(
            patient=pair.kept, pain_type=one.pain_type_id, status=one.status, ended_on=None
        ).first()
        if own is None:
            continue
        ends = own if one.has_vertigo and not own.has_vertigo else one
        last = max(own.starts_on, one.starts_on)
        ended[ends.pk] = {"ended_on": last.isoformat()}
    return ended


RULES = Registered(
    rules={
        "patients.assessment.patient": MOVES,
        "patients.neurocheck.patient": MOVES,
        "patients.specialistletter.patient": MOVES,
        "patients.consent.patient": MOVES,
        "patients.contactchange.patient": MOVES,
        "patients.filecorrection.patient": MOVES,
        "patients.intakedraft.patient": Rule(left=drafts_of_steps_typed_twice),
        "patients.patientpaintype.patient": Rule(changes=types_held_twice),
        "patients.screening.patient": MOVES,
        # The history of merges, and the link from a merged record.
        "patients.patient.merged_into": STAYS,
        "patients.patientmerge.kept": STAYS,
        "patients.patientmerge.merged": STAYS,
    },
    machine_columns={"patients.Patient": frozenset({"email_failed_at"})},
)
