"""How far a patient's intake has come, and drafts of steps that are not recorded yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from clinic.models import Membership
from patients.locking import lock_patient
from patients.models import Consent, IntakeDraft, Patient


class Step(models.TextChoices):
    """The steps from a new name to a clearance."""

    PERSON = "person", _("Person")
    ASSESSMENT = "assessment", _("Assessment")
    TYPES = "types", _("Types")
    SCREENING = "screening", _("Screening")
    CONSENTS = "consents", _("Consents")
    CLEARANCE = "clearance", _("Clearance")


@dataclass(frozen=True)
class StepState:
    """One step: whether it is on file, half typed, or the current one."""

    step: Step
    is_done: bool
    is_draft: bool
    is_here: bool


def intake_progress(patient: Patient | None, *, here: Step) -> list[StepState]:
    """Every step with its state; a new patient has done none."""
    done = _done(patient) if patient else {}
    drafts = set(patient.intake_drafts.values_list("step", flat=True)) if patient else set()
    return [StepState(step, done.get(step, False), step in drafts, step == here) for step in Step]


def next_undone(patient: Patient) -> Step:
    """The first step that is not on file; the clearance if all are."""
    done = _done(patient)
    return next((step for step in Step if not done.get(step, False)), Step.CLEARANCE)


def step_after(step: Step) -> Step:
    """The next step; the last step returns itself."""
    steps = list(Step)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def step_before(step: Step) -> Step:
    """The previous step; the first step returns itself."""
    steps = list(Step)
    return steps[max(steps.index(step) - 1, 0)]


@transaction.atomic
def keep_draft(
    patient: Patient, *, step: Step, values: Mapping[str, list[str]], by: Membership, at: datetime
) -> IntakeDraft:
    """Store what was typed into a step as it is, so that leaving the page loses nothing."""
    lock_patient(patient)
    draft, _is_new = IntakeDraft.objects.update_or_create(
        clinic=patient.clinic,
        patient=patient,
        step=step,
        defaults={"values": dict(values), "saved_by": by, "saved_at": at},
    )
    return draft


@transaction.atomic
def drop_draft(patient: Patient, *, step: Step) -> None:
    """Delete the draft of a recorded step."""
    lock_patient(patient)
    patient.intake_drafts.filter(step=step).delete()


def _done(patient: Patient) -> dict[Step, bool]:
    return {
        Step.PERSON: True,
        Step.ASSESSMENT: patient.assessments.exists(),
        Step.TYPES: patient.pain_types.filter(ended_on=None).exists(),
        Step.SCREENING: patient.screenings.exists(),
        Step.CONSENTS: patient.consents.filter(stream=Consent.Stream.TREATMENT).exists(),
    }
