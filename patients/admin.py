"""A patient's file: contact details, search, archive, what is recorded; the courses add the rest."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.models import Membership
from clinic.posting.owner import OPENED
from clinic.posting.stale import MAIN, opened_with, settle, stamp
from clinic.sign_off import sign_off
from patients.correcting import StaleRecord, Subject, correct_record, corrections_of, record_of, version_of
from patients.correction_form import correction_form
from patients.correction_words import file_correction_words
from patients.documents import download_name
from patients.forms import RECORDS, PatientForm
from patients.intake import archive_patient, restore_patient
from patients.models import FileCorrection, PainType, Patient, ScreeningItem


class ArchiveFilter(admin.SimpleListFilter):
    """Archived patients are off the list unless asked for."""

    title = gettext_lazy("archive")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Beside the current ones."""
        return [("yes", _("archived"))]

    def choices(self, changelist: Any) -> Any:
        """The stock “all” becomes “current”."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("current")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Current unless asked otherwise."""
        return queryset.exclude(archived_at=None) if self.value() == "yes" else queryset.filter(archived_at=None)


class PatientAdmin(ClinicScopedAdmin):
    """Patients by name, phone or date of birth."""

    form = PatientForm
    empty_text = gettext_lazy("No patient is on file yet: add the first one with the button above.")
    list_display = ("family_name", "given_name", "born_on", "phone", "email")
    list_display_links = ("family_name", "given_name")
    list_filter = (ArchiveFilter,)
    search_fields = ("family_name", "given_name", "phone", "email")
    search_help_text = gettext_lazy("Name, phone, email, or date of birth (1980-05-31 or 31.05.1980).")
    list_per_page = 50
    ordering = ("family_name", "given_name")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One way to save is enough."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A date is a date of birth; digits are a phone however it is spaced."""
        born_on = _as_date(search_term)
        if born_on:
            return queryset.filter(born_on=born_on), False
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        digits = "".join(character for character in search_term if character.isdigit())
        if len(digits) >= 4:
            found |= queryset.filter(Q(phone__regex="[^0-9]*".join(digits)))
        return found, may_have_duplicates

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """The form knows the clinic in which it looks for duplicates."""
        form = super().get_form(request, obj, change, **kwargs)
        return type("ClinicPatientForm", (form,), {"clinic": active_membership(request.user).clinic})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A changed name or birth date is a correction; the rest is contact."""
        if change and form.identity:
            keep_identity(form, by=active_membership(request.user), at=timezone.now())
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Records and the archive beside the stock pages."""
        own = [
            path(
                "<int:pk>/record/<slug:what>/",
                self.admin_site.admin_view(self.record),
                name="patients_patient_record",
            ),
            path(
                "<int:pk>/letter/<uuid:letter>/",
                self.admin_site.admin_view(self.letter),
                name="patients_patient_letter",
            ),
            path(
                "<int:pk>/correct/<slug:what>/<int:number>/",
                self.admin_site.admin_view(self.correct),
                name="patients_patient_correct",
            ),
            path("<int:pk>/archive/", self.admin_site.admin_view(self.archive), name="patients_patient_archive"),
        ]
        return [*own, *super().get_urls()]

    def record(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Write something into the file."""
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
        template = "patients/admin/screening.html" if what == "screening" else "patients/admin/record.html"
        response = self.page(
            request, template, {"form": form, "patient": patient, "title": form.title, "action": _("Record")}
        )
        response.status_code = 422 if form.is_bound else 200
        return response

    def correct(self, request: HttpRequest, pk: int, what: str, number: int) -> HttpResponse:
        """A fact of the file that was wrong."""
        by = self.require(request, "patients.correct_file")
        patient = self.row(request, pk)
        subject = Subject(what) if what in Subject.values else None
        record = record_of(patient, subject, number) if subject else None
        if subject is None or record is None:
            raise Http404
        version = version_of(patient, subject, number)
        form, meanwhile = _correction(request, patient, subject, record, version)
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
                messages.success(request, _("Corrected. What stood here before is kept."))
                return self.to_patient(patient)
            except StaleRecord as stale:
                meanwhile = stale.meanwhile
                mended = request.POST.copy()
                mended["version"] = str(version)
                form.data = mended
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
        context = {
            "form": form,
            "patient": patient,
            "meanwhile": file_correction_words(meanwhile),
            OPENED: stamp({MAIN: correction_form(subject)(instance=record)}, at=timezone.now()),
            "title": _("Correct: %(what)s") % {"what": subject.label},
            "action": _("Save the correction"),
        }
        response = self.page(request, "patients/admin/correct.html", context)
        response.status_code = 409 if meanwhile else 422 if form.is_bound else 200
        return response

    def letter(self, request: HttpRequest, pk: int, letter: UUID) -> HttpResponse:
        """A specialist's document, saved rather than shown: what somebody uploaded never runs on our pages."""
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

    def archive(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Off the lists, or back on them."""
        self.require(request, "patients.change_patient")
        patient = self.row(request, pk)
        if request.method == "POST":
            if patient.archived_at:
                restore_patient(patient)
                messages.success(request, _("Back on the lists."))
            else:
                archive_patient(patient, at=timezone.now())
                messages.success(request, _("Archived. Nothing was deleted."))
        return self.to_patient(patient)

    def to_patient(self, patient: Patient) -> HttpResponse:
        """To the patient's page."""
        return HttpResponseRedirect(reverse("admin:patients_patient_change", args=[patient.pk]))


@admin.register(PainType)
class PainTypeAdmin(ClinicScopedAdmin):
    """The clinic's types; the list is given, its content is the clinic's."""

    list_display = ("name", "code", "clearance_class", "icd10", sign_off)
    list_filter = ("clearance_class", "needs_sign_off")
    readonly_fields = ("code", "source")


@admin.register(ScreeningItem)
class ScreeningItemAdmin(ClinicScopedAdmin):
    """The clinic's screening questions."""

    list_display = ("wording", "effect", "tags", sign_off)
    list_filter = ("effect", "needs_sign_off")
    search_fields = ("wording", "code")
    readonly_fields = ("code", "source")


def _correction(
    request: HttpRequest, patient: Patient, subject: Subject, record: Any, version: int
) -> tuple[Any, list[FileCorrection]]:
    """The form, and what somebody else corrected of the same fields since it was opened.

    A field that only they corrected is shown, and sent, as they left it.
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
        # Checking a form fills its record in: each gets a copy.
        return kind(sent, instance=copy(record), initial=initial)

    form, is_free = settle(make, data, who=who)
    return form, [] if is_free else newer


def keep_identity(form: Any, *, by: Membership, at: datetime) -> None:
    """The name and birth date a patient had, before the form changes them."""
    patient = form.instance
    correct_record(
        patient,
        subject=Subject.PATIENT,
        subject_id=patient.pk,
        values=form.identity,
        version=version_of(patient, Subject.PATIENT, patient.pk),
        reason=form.cleaned_data["reason"],
        by=by,
        at=at,
    )


def _as_date(text: str) -> Any:
    parts = text.strip().replace("/", ".").split(".")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        text = f"{int(parts[2]):04d}-{int(parts[1]):02d}-{int(parts[0]):02d}"
    try:
        return parse_date(text.strip())
    except ValueError:
        return None
