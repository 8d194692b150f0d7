"""Merging two records: find the other one, compare, choose, merge; and undo."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership
from clinic.posting.entered import entered
from clinic.typed.asked import searched
from courses.plans.merge_effects import complaint_choice, courses_with_one_name
from courses.plans.merge_page import merge_words, side_of, value_words, warnings_for, written_words
from patients.identity.duplicates import Person, likely_twins
from patients.identity.merging import (
    KEPT,
    MERGED,
    CannotUndo,
    MergeIsStale,
    differing_consents,
    differing_groups,
    first_choice,
    merge_patients,
    undo_merge,
    version_of_pair,
    what_prevents_undoing,
)
from patients.identity.relations import Pair
from patients.identity.search import find_patients
from patients.models import Patient, PatientMerge
from patients.screens.file_views import FileViews

RIGHT = "patients.merge_patient"
MOST_SHOWN = 10
LABELS = {
    "name": gettext_lazy("Name"),
    "birth": gettext_lazy("Date of birth"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("Email"),
    "language": gettext_lazy("Language"),
    "wishes": gettext_lazy("Preferred times"),
}


class MergeForm(forms.Form):
    """The choices where the records differ, and how the user knows that both are one person."""

    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, kept: Patient, merged: Patient) -> None:
        super().__init__(data, initial={"version": version_of_pair(kept, merged)})
        for group in differing_groups(kept, merged):
            self.fields[group] = forms.ChoiceField(
                label=LABELS[group],
                choices=[(KEPT, value_words(kept, group)), (MERGED, value_words(merged, group))],
                widget=forms.RadioSelect,
                initial=first_choice(kept, merged, group),
            )
        for stream in differing_consents(kept, merged):
            self.fields[f"consent_{stream.value}"] = forms.ChoiceField(
                label=_("Consent to %(what)s: one record says yes, the other no") % {"what": stream.label},
                choices=[("no", _("No, until the patient is asked again")), ("yes", _("Yes, the patient agrees"))],
                widget=forms.RadioSelect,
                initial="no",
            )
        for course in courses_with_one_name(Pair(kept, merged)):
            self.fields[complaint_choice(course)] = forms.CharField(
                label=_("Both have an open course “%(name)s”. New name of the one from the merged record")
                % {"name": course.complaint},
                max_length=120,
                initial=_("%(name)s (2)") % {"name": course.complaint[:110]},
            )
        self.fields["reason"] = forms.CharField(
            label=_("How do you know that both are one person?"),
            max_length=300,
            help_text=_("Your answer is saved in the history with your name."),
        )

    def choices(self) -> dict[str, str]:
        """All choices."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"version", "reason"}}


class UndoForm(forms.Form):
    """The reason why two records belong to two people after all."""

    reason = forms.CharField(label=gettext_lazy("Why is the merge undone?"), max_length=300)


class Merging:
    """The views, bound to the patient admin whose rows they may see."""

    def __init__(self, patient_admin: FileViews) -> None:
        self.admin = patient_admin

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose the other record, then compare both and merge."""
        by = self.admin.require(request, RIGHT)
        kept = self.admin.record_itself(request, pk)
        if kept.merged_into_id:
            return self.admin.to_patient(kept)
        key = request.GET.get("with", "")
        if not key:
            return self._choose(request, kept)
        merged = get_object_or_404(Patient.objects.visible_to(by), uuid=_uuid(key))
        if merged.pk == kept.pk:
            return self._choose(request, kept)
        if merged.merged_into_id == kept.pk:
            messages.info(request, _("These two records are merged already."))
            return self.admin.to_patient(kept)
        form = MergeForm(request.POST if request.method == "POST" else None, kept=kept, merged=merged)
        status = self._merge(request, form, kept, merged, by=by) if form.is_bound else HTTPStatus.OK
        if status == HTTPStatus.FOUND:
            return self.admin.to_patient(kept)
        context = {
            "form": form,
            "kept": side_of(kept),
            "merged": side_of(merged),
            "warnings": warnings_for(kept, merged, at=timezone.now()),
            "swap_url": f"{reverse('admin:patients_patient_merge', args=[merged.pk])}?with={kept.uuid}",
            "patient": kept,
            "title": _("Merge records"),
        }
        response = self.admin.page(request, "patients/admin/merge.html", context)
        response.status_code = status
        return response

    def _merge(
        self, request: HttpRequest, form: MergeForm, kept: Patient, merged: Patient, *, by: Membership
    ) -> HTTPStatus:
        """Merge; if that is not possible, show the reason on the form with a fitting status code."""
        if not form.is_valid():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            merge_patients(
                kept,
                merged,
                choices=form.choices(),
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                by=by,
                at=timezone.now(),
            )
        except MergeIsStale:
            words = _(
                "Something was saved in one of these records while this page was open."
                " Look at both again, then merge."
            )
            form.add_error(None, words)
            newer = request.POST.copy()
            newer["version"] = version_of_pair(kept, merged)
            form.data = newer
            return HTTPStatus.CONFLICT
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
            return HTTPStatus.UNPROCESSABLE_ENTITY
        messages.success(
            request,
            _("Merged. All entries of %(who)s are now in this record.") % {"who": merged.picker_label},
        )
        return HTTPStatus.FOUND

    def undo(self, request: HttpRequest, pk: int, merge: UUID) -> HttpResponse:
        """Undo the merge, as long as nothing new was written."""
        by = self.admin.require(request, RIGHT)
        kept = self.admin.record_itself(request, pk)
        found = get_object_or_404(
            kept.merges.select_related("kept__clinic", "merged", "merged_by__user"), uuid=merge
        )
        if found.undone_at:
            messages.info(request, _("This merge is undone already."))
            return self.admin.to_patient(kept)
        form, status = UndoForm(request.POST if request.method == "POST" else None), 200
        if form.is_bound:
            status = 422
            if form.is_valid():
                try:
                    undo_merge(found, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
                except CannotUndo:
                    status = 409
                except ValidationError as error:
                    form.add_error(None, ValidationError(error.messages))
                else:
                    messages.success(request, _("Undone. Both records are as they were before the merge."))
                    return self.admin.to_patient(kept)
        context = {
            "form": form,
            "patient": kept,
            "words": merge_words([found])[0],
            "written": written_words(what_prevents_undoing(found)),
            "title": _("Undo merge"),
        }
        response = self.admin.page(request, "patients/admin/undo_merge.html", context)
        response.status_code = status
        return response

    def pointer(self, request: HttpRequest, patient: Patient, into: Patient) -> HttpResponse:
        """A merged record: a link to the record it went into. Text typed on an old page is shown, not saved."""
        typed: list[tuple[str, str]] = []
        if request.method == "POST":
            form = self.admin.get_form(request, patient, change=True)
            typed = entered(form(request.POST, instance=patient))
        context = {"merged": patient, "patient": into, "typed": typed, "title": _("Merged record")}
        response = self.admin.page(request, "patients/admin/merged.html", context)
        response.status_code = 409 if request.method == "POST" else 200
        return response

    def _choose(self, request: HttpRequest, kept: Patient) -> HttpResponse:
        q = searched(request)
        if q.strip():
            found = list(find_patients(kept.clinic, q).exclude(pk=kept.pk)[:MOST_SHOWN])
        else:
            person = Person(kept.given_name, kept.family_name, kept.birth, kept.phone, kept.email)
            found = [twin.patient for twin in likely_twins(kept.clinic, person, apart_from=kept.pk)]
        context = {"patient": kept, "q": q, "found": found, "title": _("Merge records")}
        return self.admin.page(request, "patients/admin/choose_merge.html", context)


def open_merges(patient: Patient) -> list[Any]:
    """The history of a record's merges, for its page."""
    merges = PatientMerge.objects.filter(kept=patient).select_related(
        "merged", "merged_by__user", "undone_by__user"
    )
    return list(merge_words(merges))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
