"""A patient's file: contact details, search, archive, records; the courses app adds the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.models import Membership
from patients.contacts import contact_of, keep_contact
from patients.file_corrections import Subject, correct_record, version_of
from patients.forms import PatientForm
from patients.identity.search import find_patients
from patients.identity.words import birth_words
from patients.intake import archive_patient, restore_patient, trust_address
from patients.models import Patient
from patients.screens.file_views import FileViews
from patients.screens.void_view import VoidRecord


class ArchiveFilter(admin.SimpleListFilter):
    """Hides archived patients unless the filter includes them."""

    title = gettext_lazy("archive")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices beside “current”."""
        return [("yes", _("archived"))]

    def choices(self, changelist: Any) -> Any:
        """Rename the stock “all” to “current”."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("current")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Current patients unless another filter is chosen."""
        return queryset.exclude(archived_at=None) if self.value() == "yes" else queryset.filter(archived_at=None)


class PatientAdmin(FileViews):
    """Patients by name, phone or date of birth."""

    form = PatientForm
    empty_text = gettext_lazy("No patient is on file yet: add the first one with the button above.")
    list_display = ("family", "given", "birth", "phone", "email")
    list_display_links = ("family", "given")
    list_filter = (ArchiveFilter,)
    search_fields = ("family_name", "given_name", "phone", "email")
    search_help_text = gettext_lazy("Name, phone, email or date of birth. One typing error is allowed.")
    list_per_page = 50
    ordering = ("family_name", "given_name")

    @admin.display(description=gettext_lazy("family name"), ordering="family_name")
    def family(self, patient: Patient) -> str:
        """A link needs a text, also for a person with one name."""
        name = patient.family_name or "–"
        return _("%(name)s (test patient)") % {"name": name} if patient.is_training else name

    @admin.display(description=gettext_lazy("given name"), ordering="given_name")
    def given(self, patient: Patient) -> str:
        """A link needs a text, also for a person with one name."""
        return patient.given_name or "–"

    @admin.display(description=gettext_lazy("date of birth"), ordering="born_on")
    def birth(self, patient: Patient) -> str:
        """The birth date as far as it is known, with the age."""
        return birth_words(patient.birth, on=timezone.localdate())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer only one save button."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out records that were merged into another."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.unmerged()  # type: ignore[attr-defined, no-any-return]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Names in any spelling; a merged record leads to the record it was merged into."""
        if not search_term.strip():
            return queryset, False
        found = find_patients(active_membership(request.user).clinic, search_term)
        return queryset.filter(pk__in=found.values("pk")), False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a new record can be marked as a test patient, by a lead or manager: it gets no red-flag alerts."""
        may_make = obj is None and request.user.has_perm("patients.make_test_patient")
        return ("clinic",) if may_make else ("clinic", "is_training")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """Pass the clinic in which the form looks for duplicates."""
        form = super().get_form(request, obj, change, **kwargs)
        return type("ClinicPatientForm", (form,), {"clinic": active_membership(request.user).clinic})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store a changed name or birth date as a correction, and changed contact details with the old ones."""
        by, at = active_membership(request.user), timezone.now()
        if change and form.identity:
            keep_identity(form, by=by, at=at)
        with transaction.atomic():
            before = contact_of(obj) if change else None
            super().save_model(request, obj, form, change)
            if before is not None:
                keep_contact(obj, before, by=by, at=at)

    def get_urls(self) -> list[URLPattern]:
        """Pages for records and the archive, beside the stock pages."""
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

    def archive(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Archive a patient, or restore an archived one."""
        self.require(request, "patients.change_patient")
        patient = self.row(request, pk)
        if request.method != "POST" or patient.pk != pk:
            # An archive button on an old page of a merged record must not archive the record it was merged into.
            return self.to_patient(patient)
        # The label of the button decides, not what somebody else changed since.
        wants_back = request.POST.get("archive", "" if patient.archived_at else "1") != "1"
        if wants_back:
            restore_patient(patient)
            messages.success(request, _("Restored from the archive."))
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
        """Send mail to the address again."""
        self.require(request, "patients.change_patient")
        patient = self.row(request, pk)
        if request.method == "POST":
            trust_address(patient)
            messages.success(request, _("Emails will be sent to this address again."))
        return self.to_patient(patient)

    def before_archiving(self, request: HttpRequest, patient: Patient) -> HttpResponse | None:
        """A page that asks first if something is still planned; the courses app overrides this."""
        return None


def keep_identity(form: Any, *, by: Membership, at: datetime) -> None:
    """Remember the patient's name and birth date before the form changes them."""
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
