"""The screens of a patient's file: add a record, correct one, open a letter."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.posting.owner import OPENED
from clinic.posting.stale import MAIN, opened_with, settle, stamp
from patients.correction_form import correction_form
from patients.correction_words import file_correction_words
from patients.documents import download_name
from patients.file_corrections import StaleRecord, Subject, correct_record, corrections_of, record_of, version_of
from patients.forms import RECORDS
from patients.identity.merging import survivor
from patients.models import FileCorrection, Patient

# The pages of records that need more than their fields.
TEMPLATES = {"screening": "patients/admin/screening.html", "consent": "patients/admin/consent.html"}


class FileViews(ClinicScopedAdmin):
    """Pages to add and correct records; the list and the form of patients are in admin.py."""

    def record_itself(self, request: HttpRequest, pk: int) -> Patient:
        """The record with this number, merged or not; 404 if the user may not see it."""
        rows = Patient.objects.visible_to(active_membership(request.user)).select_related("clinic")
        return get_object_or_404(rows, pk=pk)

    def row(self, request: HttpRequest, pk: int) -> Patient:
        """The record, or the one it was merged into, so that entries from old pages go there."""
        patient = self.record_itself(request, pk)
        found = survivor(patient)
        if found != patient:
            sentence = _("These records were merged: you are now in the record of %(who)s.")
            messages.warning(request, sentence % {"who": found.picker_label})
        return found

    def record(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Add a record to the file."""
        if what not in RECORDS:
            raise Http404
        form_class, permission = RECORDS[what]
        by = self.require(request, permission)
        patient = self.row(request, pk)
        initial = dict.fromkeys(("diagnosed_on", "checked_on", "written_on", "starts_on"), timezone.localdate())
        form = form_class(request.POST or None, request.FILES or None, patient=patient, initial=initial)
        if request.method == "POST" and form.is_valid():
            form.record(by=by, at=timezone.now())
            messages.success(request, _("Recorded."))
            return self.to_patient(patient)
        template = TEMPLATES.get(what, "patients/admin/record.html")
        response = self.page(
            request, template, {"form": form, "patient": patient, "title": form.title, "action": _("Record")}
        )
        response.status_code = 422 if form.is_bound else 200
        return response

    def correct(self, request: HttpRequest, pk: int, what: str, number: int) -> HttpResponse:
        """Correct a record of the file."""
        by = self.require(request, "patients.correct_file")
        patient = self.row(request, pk)
        subject = Subject(what) if what in Subject.values else None
        record = record_of(patient, subject, number) if subject else None
        if subject is None or record is None:
            raise Http404
        if subject == Subject.PATIENT:
            # Name and birth date have a form of their own, which also looks for duplicates.
            return self.to_patient(patient)
        version = version_of(patient, subject, number)
        form, newer = _correction(request, patient, subject, record, version)
        if request.method == "POST" and form.is_valid():
            try:
                correct_record(
                    patient,
                    subject=subject,
                    subject_id=number,
                    values=form.facts(),
                    version=form.cleaned_data["version"],
                    reason=form.cleaned_data["reason"],
                    by=by,
                    at=timezone.now(),
                )
                messages.success(request, _("Corrected. The earlier version stays on file."))
                return self.to_patient(patient)
            except StaleRecord as stale:
                newer = stale.newer
                corrected = request.POST.copy()
                corrected["version"] = str(version)
                form.data = corrected
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
        context = {
            "form": form,
            "patient": patient,
            "newer": file_correction_words(newer),
            OPENED: stamp({MAIN: correction_form(subject)(instance=record)}, at=timezone.now()),
            "title": _("Correct: %(what)s") % {"what": subject.label},
            "action": _("Save the correction"),
        }
        response = self.page(request, "patients/admin/correct.html", context)
        response.status_code = 409 if newer else 422 if form.is_bound else 200
        return response

    def letter(self, request: HttpRequest, pk: int, letter: UUID) -> HttpResponse:
        """A specialist's document, always as a download: uploaded content must never run on our pages."""
        self.require(request, "patients.view_specialistletter")
        found = get_object_or_404(self.row(request, pk).specialist_letters, uuid=letter)
        try:
            with found.document.open("rb") as stored:
                content = stored.read()
        except FileNotFoundError as error:
            raise Http404 from error
        return HttpResponse(
            content,
            content_type=found.document_kind,
            headers={
                "Content-Disposition": f'attachment; filename="{download_name(found.document_kind)}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )

    def to_patient(self, patient: Patient) -> HttpResponse:
        """Redirect to the patient's page."""
        return HttpResponseRedirect(reverse("admin:patients_patient_change", args=[patient.pk]))


def _correction(
    request: HttpRequest, patient: Patient, subject: Subject, record: Any, version: int
) -> tuple[Any, list[FileCorrection]]:
    """The form, and what somebody else corrected in the same fields since it was opened.

    A field that only they corrected is shown, and sent, with their value.
    """
    kind, initial = correction_form(subject), {"version": version}
    if request.method != "POST":
        return kind(None, instance=record, initial=initial), []
    opened, seen = opened_with(request.POST), request.POST.get("version", "")
    if opened is None or not seen.isdecimal():
        return kind(request.POST, instance=record, initial=initial), []
    newer = list(corrections_of(patient, subject, record.pk).filter(pk__gt=int(seen)))
    data = request.POST.copy()
    data["version"] = str(version)
    labels = {str(one.label): name for name, one in kind(instance=record).fields.items()}

    def who(label: str) -> tuple[str, datetime] | None:
        rows = [row for row in newer if row.field == labels.get(label)]
        return (str(rows[-1].corrected_by), rows[-1].corrected_at) if rows else None

    def make(sent: Any) -> Any:
        # Validation writes into the record, so each form gets a copy.
        return kind(sent, instance=copy(record), initial=initial)

    form, is_free = settle(make, data, who=who)
    return form, [] if is_free else newer
