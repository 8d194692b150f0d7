"""Choosing a course: found by its patient, distinguished from the patient's other courses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clinic.lists.choices import LabelledChoiceField
from clinic.models import Clinic, Membership
from courses.models import Course
from patients.identity.search import of_patients

MOST_SHOWN = 20


class CourseChoice(LabelledChoiceField):
    """One course; its complaint is shown only to those who may read it."""

    def __init__(self, *args: Any, is_clinical: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_clinical = is_clinical

    def label_from_instance(self, obj: Any) -> str:
        """Patient with birth date, start, status, practitioner."""
        return str(obj.picker_label if self.is_clinical else obj.booking_label)


def open_courses(clinic: Clinic) -> QuerySet[Course]:
    """The open courses of current patients, with the rows that their labels need."""
    rows = Course.objects.for_clinic(clinic).open().filter(patient__archived_at=None, patient__merged_into=None)
    rows = rows.select_related("patient", "practitioner__user")
    return rows.order_by("patient__family_name", "patient__given_name", "-starts_on", "pk")


def find_courses(member: Membership, text: str) -> list[Course]:
    """Open courses whose patient matches the search; before anything is typed, the member's own."""
    rows = open_courses(member.clinic)
    if text.strip():
        rows = of_patients(rows, member.clinic, text)
    elif member.is_clinician:
        rows = rows.filter(practitioner=member)
    return list(rows[: MOST_SHOWN + 1])


def course_named(clinic: Clinic, key: str) -> Course | None:
    """The course in an address; None for anything else."""
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    rows = Course.objects.for_clinic(clinic).select_related("patient", "practitioner__user")
    return rows.filter(uuid=wanted).first()
