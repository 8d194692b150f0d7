"""Nobody is chosen by name alone: the birth date is in every picker, list and page heading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.http import HttpRequest
from django.urls import reverse

from clinic.lists.choices import picker_label
from courses.models import Course
from patients.models import Patient
from tests.test_tenancy import LEADING, TABLE, _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
PEOPLE = (Patient, Course)
# Rows through which a page is about one patient.
ABOUT_A_PATIENT = {"patient", "course", "session", "appointment", "alert", "letter", "review"}
# Files, not pages.
NO_PAGES = {"admin:courses_letter_pdf", "admin:patients_patient_letter"}
# The courses of a member, each with its patient.
LISTS = (
    "admin:index",
    "admin:patients_patient_changelist",
    "admin:courses_course_changelist",
    "admin:courses_session_changelist",
    "admin:courses_alert_changelist?who=all",
    "admin:courses_letter_changelist",
    "admin:courses_appointment_add",
    "dashboard",
)


def every_form(base: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    """Every form class that is loaded."""
    for one in base.__subclasses__():
        yield one
        yield from every_form(one)


def pickers(request: HttpRequest) -> Iterator[tuple[str, Any]]:
    """Every field that offers rows: of every form class, and of every stock form of the admin."""
    for form in every_form():
        if form.__module__.startswith(("clinic", "patients", "courses")):
            for name, field in getattr(form, "base_fields", {}).items():
                yield f"{form.__module__}.{form.__name__}.{name}", field
    for model, screen in admin.site._registry.items():
        for column in model._meta.get_fields():
            if column.concrete and column.is_relation and column.related_model in PEOPLE and column.editable:
                field = screen.formfield_for_dbfield(column, request)
                yield f"admin {model.__name__}.{column.name}", field


@pytest.fixture
def as_lead(rf, lead) -> HttpRequest:
    request = rf.get("/")
    request.user = lead.user
    request.user.active_membership = lead
    return request


def test_every_picker_of_patients_and_courses_says_when_they_were_born(as_lead, course):
    found = {
        name: field
        for name, field in pickers(as_lead)
        if getattr(getattr(field, "queryset", None), "model", None) in PEOPLE
    }
    assert {"courses.plans.forms.BookingForm.course", "courses.alerts.forms.SilenceForm.course"} <= found.keys()
    bare = {}
    for name, field in found.items():
        row = course if field.queryset.model is Course else course.patient
        if "born 31 May 1980" not in field.label_from_instance(row) or isinstance(field.widget, AutocompleteMixin):
            bare[name] = field.label_from_instance(row)
    assert bare == {}


def test_a_picker_without_the_birth_date_would_be_found(course):
    assert "born" not in forms.ModelChoiceField(Course.objects.all()).label_from_instance(course)


def test_two_courses_of_one_patient_differ_in_every_picker(course):
    twin = Course.objects.get(pk=course.pk)
    twin.pk, twin.complaint = None, "Headache"
    assert picker_label(twin) != picker_label(course)


def test_every_page_about_one_patient_says_when_they_were_born(signed_in, lead, rows):  # noqa: F811
    client, bare = signed_in(lead), []
    for name, row in TABLE.items():
        if row.about not in ABOUT_A_PATIENT or "lead" not in row.roles or name in NO_PAGES:
            continue
        response = client.get(_url(name, rows), follow=True)
        if response.status_code == 200 and "born 31 May 1980" not in response.content.decode():
            bare.append(name)
    assert bare == []


@pytest.mark.parametrize("name", LISTS)
def test_every_list_of_patients_says_when_they_were_born(signed_in, lead, rows, name):  # noqa: F811
    route, _mark, query = name.partition("?")
    page = signed_in(lead).get(f"{reverse(route)}?{query}").content.decode()
    if str(rows["patient"]) in page or rows["patient"].family_name in page:
        assert "born 31 May 1980" in page


def test_front_desk_reads_the_birth_date_too_and_no_complaint(signed_in, front_desk, rows):  # noqa: F811
    page = signed_in(front_desk).get(f"{reverse('admin:courses_appointment_add')}").content.decode()
    assert "born 31 May 1980" in page
    assert rows["course"].complaint not in page
