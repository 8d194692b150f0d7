"""Invisible characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.typed.text import without_unseen
from patients.models import Patient


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Anna\u200bLee", "AnnaLee"),
        ("Anna\x00 Lee", "Anna Lee"),
        ("Anna\u200d Lee", "Anna Lee"),
        ("\ufeffAnna", "Anna"),
        ("\u202eeeL", "eeL"),
        ("An\u00adna", "Anna"),
        ("line\nline\ttab", "line\nline\ttab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d⚕", "👩\u200d⚕"),
        ("José Ångström", "José Ångström"),
        ("李小龙", "李小龙"),
    ],
)
def test_text_is_read_without_them(typed, read):
    assert without_unseen(typed) == read


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    once = without_unseen(text)
    assert without_unseen(once) == once
    assert "\x00" not in once


@pytest.mark.django_db
def test_what_is_typed_into_a_form_is_cleaned(signed_in, front_desk):
    values = {
        "given_name": "An\u200bna",
        "family_name": "L\x00ee",
        "born_on": "1980-05-31",
        "phone": "+44 1632 960123",
        "language": "en",
    }
    signed_in(front_desk).post("/admin/patients/patient/add/", values)
    patient = Patient.objects.get(family_name="Lee")
    assert patient.given_name == "Anna"


@pytest.mark.django_db
def test_search_with_a_nul_finds_what_is_left(signed_in, front_desk, patient):
    page = signed_in(front_desk).get("/admin/patients/patient/", {"q": f"\x00{patient.family_name}"})
    assert patient.family_name in page.content.decode()
