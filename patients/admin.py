"""A patient's file: contact details, search, archive, what is recorded; the courses add the rest."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.models import Clinic, Membership
from clinic.posting.owner import OPENED
from clinic.posting.stale import MAIN, opened_with, settle, stamp
from clinic.sign_off import sign_off
from clinic.typed.codes import ChoosesCodes
from patients.concerns import concern_words
from patients.contacts import contact_of, keep_contact
from patients.correcting import StaleRecord, Subject, correct_record, corrections_of, record_of, version_of
from patients.correction_form import correction_form
from patients.correction_words import file_correction_words
from patients.documents import download_name
from patients.forms import RECORDS, PatientForm
from patients.identity.merging import survivor
from patients.identity.search import find_patients
from patients.identity.words import birth_words
from patients.intake import archive_patient, restore_patient, trust_address
from patients.models import FileCorrection, PainType, Patient, ScreeningItem
from patients.void_view import VoidRecord


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
    list_display = ("family", "given", "birth", "phone", "email")
    list_display_links = ("family", "given")
    list_filter = (ArchiveFilter,)
    search_fields = ("family_name", "given_name", "phone", "email")
    search_help_text = gettext_lazy("Name, phone, email or date of birth. One typing error is forgiven.")
    list_per_page = 50
    ordering = ("family_name", "given_name")

    @admin.display(description=gettext_lazy("family name"), ordering="family_name")
    def family(self, patient: Patient) -> str:
        """A link needs words, also for a person with one name."""
        name = patient.family_name or "–"
        return _("%(name)s (test patient)") % {"name": name} if patient.is_training else name

    @admin.display(description=gettext_lazy("given name"), ordering="given_name")
    def given(self, patient: Patient) -> str:
        """The same."""
        return patient.given_name or "–"

    @admin.display(description=gettext_lazy("date of birth"), ordering="born_on")
    def birth(self, patient: Patient) -> str:
        """As far as it is known, with the age."""
        return birth_words(patient.birth, on=timezone.localdate())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One way to save is enough."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Records of their own: one that was merged stands on no list."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.standing()  # type: ignore[attr-defined, no-any-return]

    def record_itself(self, request: HttpRequest, pk: int) -> Patient:
        """The record of this number, merged or not; 404 where it is not to be seen."""
        rows = Patient.objects.visible_to(active_membership(request.user)).select_related("clinic")
        return get_object_or_404(rows, pk=pk)

    def row(self, request: HttpRequest, pk: int) -> Patient:
        """The record, or the one it went into: what is written on a page from before the merge lands there."""
        patient = self.record_itself(request, pk)
        found = survivor(patient)
        if found != patient:
            told = _("These records were merged: you are now in the record of %(who)s.")
            messages.warning(request, told % {"who": found.picker_label})
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """However it is written; a merged record leads to the one it went into."""
        if not search_term.strip():
            return queryset, False
        found = find_patients(active_membership(request.user).clinic, search_term)
        return queryset.filter(pk__in=found.values("pk")), False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """A test patient is made as one, by a lead or a manager: nobody silences a real patient's red flags."""
        may_make = obj is None and request.user.has_perm("patients.make_test_patient")
        return ("clinic",) if may_make else ("clinic", "is_training")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """The form knows the clinic in which it looks for duplicates."""
        form = super().get_form(request, obj, change, **kwargs)
        return type("ClinicPatientForm", (form,), {"clinic": active_membership(request.user).clinic})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A changed name or birth date is a correction; of contact details the old ones are kept."""
        by, at = active_membership(request.user), timezone.now()
        if change and form.identity:
            keep_identity(form, by=by, at=at)
        with transaction.atomic():
            before = contact_of(obj) if change else None
            super().save_model(request, obj, form, change)
            if before is not None:
                keep_contact(obj, before, by=by, at=at)

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
            path(
                "<int:pk>/void/<slug:what>/<int:number>/",
                self.admin_site.admin_view(VoidRecord(self).view),
                name="patients_patient_void",
            ),
            path(
                "<int:pk>/address-works/",
                self.admin_site.admin_view(self.address_works),
                name="patients_patient_address_works",
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
        if subject == Subject.PATIENT:
            # Names and birth date have a form of their own, which also looks for duplicates.
            return self.to_patient(patient)
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
                messages.success(request, _("Corrected. The earlier version stays on file."))
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
        if request.method != "POST" or patient.pk != pk:
            # Nobody archives the record that another one went into by a button of the other's page.
            return self.to_patient(patient)
        # What the button said decides, not what somebody else did to the record since.
        wants_back = request.POST.get("archive", "" if patient.archived_at else "1") != "1"
        if wants_back:
            restore_patient(patient)
            messages.success(request, _("Taken out of the archive."))
        elif patient.archived_at:
            messages.info(request, _("The patient is archived already."))
        else:
            refusal = self.before_archiving(request, patient)
            if refusal is not None:
                return refusal
            archive_patient(patient, at=timezone.now())
            messages.success(request, _("Archived. Nothing was deleted."))
        return self.to_patient(patient)

    def address_works(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The address is written to again."""
        self.require(request, "patients.change_patient")
        patient = self.row(request, pk)
        if request.method == "POST":
            trust_address(patient)
            messages.success(request, _("Emails will be sent to this address again."))
        return self.to_patient(patient)

    def before_archiving(self, request: HttpRequest, patient: Patient) -> HttpResponse | None:
        """A page that asks first, where something is still going on; the courses know what."""
        return None

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
class ScreeningItemAdmin(ChoosesCodes, ClinicScopedAdmin):
    """The clinic's screening questions."""

    list_display = ("wording", "effect", "tags", sign_off)
    list_filter = ("effect", "needs_sign_off")
    search_fields = ("wording", "code")
    readonly_fields = ("code", "source")

    def codes_for(self, name: str, clinic: Clinic) -> dict[str, str]:
        """What a question may be about."""
        return concern_words()


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
