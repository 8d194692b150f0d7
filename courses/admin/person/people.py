"""Lists of patients' rows: each shows the birth date beside the name, and all have the same search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from patients.identity.search import of_patients
from patients.templatetags.identity import whose

SEARCH_HELP = gettext_lazy("Patient's name, date of birth, phone or email. One typing error is allowed.")


def who_column(path: str) -> Callable[[Any], SafeString | str]:
    """A list column with the patient's name, birth date and age."""

    @admin.display(description=gettext_lazy("patient"), ordering=f"{path}__family_name", empty_value="–")
    def patient(row: Any) -> SafeString | str:
        return whose(row)

    return patient


class OfPatientsAdmin(ClinicScopedAdmin):
    """A list that is searched by patient."""

    # The query path from a row to its patient.
    patient_path: ClassVar[str] = "patient"
    search_help_text = SEARCH_HELP

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Not empty, so that the list shows a search box."""
        return (f"{self.patient_path}__family_name",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as in the list of patients."""
        if not search_term.strip():
            return queryset, False
        clinic = active_membership(request.user).clinic
        return of_patients(queryset, clinic, search_term, path=self.patient_path), False
