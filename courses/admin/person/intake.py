"""The guided intake: from a new person to a patient with a clearance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.models import Membership
from clinic.people.lacking import licence_gap
from clinic.posting.owner import MACHINERY, OPENED
from clinic.posting.stale import MAIN, opened_with, settle, stamp
from clinic.posting.stale_admin import changed_by
from courses.models import Course, RedFlag, RedFlagReport
from courses.plans.course_state import care_fact
from courses.sessions.red_flags.intake_form import IntakeFlagsForm
from courses.sessions.red_flags.recording import reports_of_form
from courses.sessions.saved_words import instruction
from patients.admin import keep_identity
from patients.clearance import Clearance, ReasonCode
from patients.forms import PatientForm
from patients.intake_forms import ConsentsForm, IntakeAssessmentForm, TypesForm
from patients.models import Patient
from patients.patient_file import clearance_of
from patients.progress import (
    Step,
    drop_draft,
    intake_progress,
    keep_draft,
    next_undone,
    step_after,
    step_before,
)
from patients.record_form import RecordForm
from patients.screens.file_views import FileViews
from patients.screens.screening_form import ScreeningForm
from patients.screens.shown_text import SHOWN
from patients.wording import VERDICTS, reason_text

RIGHT = "patients.add_assessment"
FORMS: dict[Step, type[RecordForm]] = {
    Step.ASSESSMENT: IntakeAssessmentForm,
    Step.TYPES: TypesForm,
    Step.SCREENING: ScreeningForm,
    Step.CONSENTS: ConsentsForm,
}
# The page where each obstacle is removed: an intake step, or a record of the file.
CORRECTED_AT: dict[ReasonCode, tuple[str, str]] = {
    ReasonCode.NO_DIAGNOSIS: ("step", Step.ASSESSMENT),
    ReasonCode.NO_TYPE: ("step", Step.TYPES),
    ReasonCode.MIXED_UNNAMED: ("step", Step.TYPES),
    ReasonCode.VERTIGO_UNEXPLAINED: ("step", Step.ASSESSMENT),
    ReasonCode.NO_SCREENING: ("step", Step.SCREENING),
    ReasonCode.CONTRAINDICATED: ("step", Step.SCREENING),
    ReasonCode.NO_CONSENT: ("step", Step.CONSENTS),
    ReasonCode.CORD_WITHOUT_LETTER: ("record", "letter"),
    ReasonCode.SPECIALIST_MISSING: ("record", "letter"),
    ReasonCode.LETTER_EXPIRED: ("record", "letter"),
    ReasonCode.WITHDRAWN: ("record", "letter"),
    ReasonCode.CHECK_MISSING: ("record", "check"),
    ReasonCode.CHECK_OVERDUE: ("record", "check"),
    ReasonCode.CHECK_WORSE: ("record", "check"),
}


@dataclass(frozen=True)
class Obstacle:
    """One obstacle as a sentence, and the page where it is removed."""

    text: str
    url: str
    is_document: bool


class IntakeFlow:
    """The views, bound to the patient admin whose rows they may see."""

    def __init__(self, patient_admin: FileViews) -> None:
        self.admin = patient_admin

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Continue the intake at the first step that is not done."""
        self.admin.require(request, RIGHT)
        patient = self.admin.row(request, pk)
        return to_step(patient, next_undone(patient))

    def step(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """One step: record it and continue, or store the draft and leave."""
        by = self.admin.require(request, RIGHT)
        if step not in Step.values:
            raise Http404
        patient, here = self.admin.row(request, pk), Step(step)
        if here is Step.CLEARANCE:
            return self._clearance(request, patient)
        go = request.POST.get("go", "")
        if here is Step.PERSON and request.method == "POST" and go not in {"back", "later"}:
            return self._person(request, patient, by, is_merged=patient.pk != pk)
        flags = self._flags(request, patient, here)
        # Before anything else is checked, whichever button was pressed.
        reports = flags.report(patient, by=by, at=timezone.now()) if flags and request.method == "POST" else []
        if request.method == "POST" and go in {"back", "later"}:
            left = self._leave(request, patient, here, by, go)
            return self._told(request, patient, reports) if reports else left
        form = self._form(request, patient, here)
        if request.method == "POST" and self._may_record(form, flags):
            reported_before = reports_of_form(patient, flags.key) if flags else []
            record_step(form, patient, by=by, asked_flags=flags is not None)
            drop_draft(patient, step=here)
            if reports or reported_before:
                return self._told(request, patient, reports or reported_before)
            return to_step(patient, step_after(here))
        return self._page(request, patient, here, form, flags, reports=reports)

    def _may_record(self, form: Any, flags: IntakeFlagsForm | None) -> bool:
        """Whether the user may record all of a step."""
        return bool(form.is_valid()) and (flags is None or flags.is_valid())

    @transaction.atomic
    def _person(self, request: HttpRequest, patient: Patient, by: Membership, *, is_merged: bool) -> HttpResponse:
        """Save identity and contact details, under the lock for the duplicate search."""
        form = self._form(request, patient, Step.PERSON)
        if is_merged:
            form.add_error(
                None, _("The records were merged while you typed. Compare with this record, then save.")
            )
        if not form.is_valid():
            return self._page(request, patient, Step.PERSON, form, None, reports=[])
        save_person(form, by=by)
        if form.changed_data:
            # For others who have the file open, so that they see who changed what.
            self.admin.log_change(request, patient, self.admin.construct_change_message(request, form, []))
        return to_step(patient, step_after(Step.PERSON))

    def _form(self, request: HttpRequest, patient: Patient, here: Step) -> Any:
        data = request.POST if request.method == "POST" else None
        if here is Step.PERSON:
            form: Any = _person_form(request, patient)
        else:
            form = FORMS[here](data, patient=patient, initial=_today())
        draft = patient.intake_drafts.filter(step=here).first()
        if data is None and draft:
            form.initial = {**form.initial, **typed_before(form, draft.values)}
        return form

    def _flags(self, request: HttpRequest, patient: Patient, here: Step) -> IntakeFlagsForm | None:
        """The list of red flags, shown with the screening."""
        if here is not Step.SCREENING:
            return None
        data = request.POST if request.method == "POST" else None
        flags = RedFlag.objects.for_clinic(patient.clinic).current()
        form = IntakeFlagsForm(data, flags=flags)
        draft = patient.intake_drafts.filter(step=here).first()
        if data is None and draft:
            typed = typed_before(form, draft.values)
            form.initial = {**form.initial, **{name: value for name, value in typed.items() if value}}
        return form

    def _told(self, request: HttpRequest, patient: Patient, reports: list[RedFlagReport]) -> HttpResponse:
        """The instruction for a red flag at intake, before anything else."""
        levels = sorted(report.level for report in reports)
        context = {
            "patient": patient,
            "levels": levels,
            "reports": reports,
            "instruction": instruction(levels[0]),
            "is_new": True,
            "is_saved": True,
            "title": _("Red flag"),
        }
        return self.admin.page(request, "courses/admin/red_flag_saved.html", context)

    def _leave(self, request: HttpRequest, patient: Patient, here: Step, by: Membership, go: str) -> HttpResponse:
        # The draft remembers which consent text its answers were chosen beside.
        left_out = {*MACHINERY, "go"} - {SHOWN}
        typed = {name: values for name, values in request.POST.lists() if name not in left_out and any(values)}
        if here is not Step.PERSON:
            keep_draft(patient, step=here, values=typed, by=by, at=timezone.now())
        if go == "back":
            return to_step(patient, step_before(here))
        messages.success(request, _("Saved. You can continue the intake later from here."))
        return HttpResponseRedirect(reverse("admin:patients_patient_change", args=[patient.pk]))

    def _page(
        self,
        request: HttpRequest,
        patient: Patient,
        here: Step,
        form: Any,
        flags: IntakeFlagsForm | None,
        *,
        reports: list[RedFlagReport],
    ) -> HttpResponse:
        levels = sorted(report.level for report in reports)
        context = {
            "levels": levels,
            "instruction": instruction(levels[0]) if levels else "",
            "patient": patient,
            "form": form,
            "flags": flags,
            "step": here,
            "steps": intake_progress(patient, here=here),
            "is_first": here is Step.PERSON,
            "assessments": patient.assessments.prefetch_related("imaging"),
            "pain_types": patient.pain_types.filter(ended_on=None).select_related("pain_type"),
            "screening": patient.screenings.prefetch_related("findings__item").first(),
            **(
                {OPENED: stamp({MAIN: _new_person_form(patient, None)}, at=timezone.now())}
                if here is Step.PERSON
                else {}
            ),
            "title": _("Intake: %(step)s") % {"step": here.label},
        }
        response = self.admin.page(request, f"patients/admin/intake_{here}.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def _clearance(self, request: HttpRequest, patient: Patient) -> HttpResponse:
        """The verdict with its reasons, and the next action."""
        is_on_hold = patient.courses.filter(status=Course.Status.ON_HOLD).exists()
        on = patient.clinic.local(timezone.now()).date()
        course, by = patient.courses.open().first(), active_membership(request.user)
        # Whoever will needle: the course's practitioner, or the one who takes the patient in.
        practitioner = course.practitioner if course else by if by.is_clinician else None
        care = care_fact(patient, is_on_hold=is_on_hold)
        found = clearance_of(patient, on=on, care=care, practitioner=practitioner)
        gap = licence_gap(practitioner, on=on, reader=by) if practitioner else None
        context = {
            "patient": patient,
            "step": Step.CLEARANCE,
            "steps": intake_progress(patient, here=Step.CLEARANCE),
            "clearance": found,
            "verdict": VERDICTS[found.verdict],
            "obstacles": obstacles(patient, found),
            "course": course,
            "lacks": [gap] if gap else [],
            "title": _("Intake: %(step)s") % {"step": Step.CLEARANCE.label},
        }
        return self.admin.page(request, "patients/admin/intake_clearance.html", context)


def _person_form(request: HttpRequest, patient: Patient) -> Any:
    """The form of contact details; values that a colleague changed meanwhile are kept."""
    if request.method != "POST":
        return _new_person_form(patient, None)
    opened = opened_with(request.POST)
    since = opened.at if opened else timezone.now()
    who = changed_by(patient, since=since, but=request.user)
    form, _is_free = settle(partial(_new_person_form, patient), request.POST, who=who)
    return form


def _new_person_form(patient: Patient, data: Any) -> Any:
    # Validation writes into the patient, so each form gets a fresh row.
    stored = Patient.objects.get(pk=patient.pk)
    return type("ClinicPatientForm", (PatientForm,), {"clinic": patient.clinic})(data, instance=stored)


def record_step(form: Any, patient: Patient, *, by: Membership, asked_flags: bool) -> None:
    """Record all of one step except its red flags, which were recorded before."""
    at = timezone.now()
    if isinstance(form, ScreeningForm):
        form.is_red_flags_asked = asked_flags
    form.record(by=by, at=at)


def save_person(form: Any, *, by: Membership) -> None:
    """Save contact details; a changed name or birth date is stored as a correction."""
    if form.identity:
        keep_identity(form, by=by, at=timezone.now())
    form.save()


def to_step(patient: Patient, step: Step) -> HttpResponse:
    """Redirect to a step of a patient's intake."""
    return HttpResponseRedirect(reverse("admin:patients_patient_intake_step", args=[patient.pk, step.value]))


def obstacles(patient: Patient, found: Clearance) -> list[Obstacle]:
    """Every reason with the page where it is removed."""
    rows = []
    for reason in found.reasons:
        kind, name = CORRECTED_AT.get(reason.code, ("", ""))
        view = {"step": "admin:patients_patient_intake_step", "record": "admin:patients_patient_record"}.get(kind)
        url = reverse(view, args=[patient.pk, name]) if view else ""
        rows.append(Obstacle(reason_text(reason), url, is_document=name == "letter"))
    return rows


def typed_before(form: forms.BaseForm, values: dict[str, list[str]]) -> dict[str, Any]:
    """A draft's values by field, as initial values of a form."""
    data = QueryDict(mutable=True)
    for name, several in values.items():
        data.setlist(name, several)
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }


def _today() -> dict[str, Any]:
    return dict.fromkeys(("diagnosed_on", "starts_on"), timezone.localdate())
