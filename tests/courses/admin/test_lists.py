"""The stock lists and forms: what they show when empty, and to people who may only read."""

from __future__ import annotations

import pytest

from clinic.models import OpeningHours
from tests.html import packed

pytestmark = pytest.mark.django_db

EMPTY = {
    "/admin/patients/patient/": "No patient is on file yet",
    "/admin/courses/course/": "No course yet",
    "/admin/courses/session/": "No session yet",
    "/admin/courses/letter/": "No letter yet",
    "/admin/courses/silence/": "No silences.",
    "/admin/courses/alert/": "No unresolved alerts.",
    "/admin/clinic/duty/": "No rota:",
}


@pytest.mark.parametrize(("path", "words"), EMPTY.items())
def test_empty_list_says_what_it_will_contain(signed_in, lead, path, words):
    assert words in signed_in(lead).get(path).content.decode()


def test_list_with_rows_says_nothing_of_the_kind(signed_in, lead, patient):
    html = signed_in(lead).get("/admin/patients/patient/").content.decode()
    assert patient.family_name in html
    assert "No patient is on file yet" not in html


def test_search_that_finds_nothing_shows_the_way_back(signed_in, lead, patient):
    html = signed_in(lead).get("/admin/patients/patient/?q=nobody").content.decode()
    assert "Nothing matches." in html
    assert "No patient is on file yet" not in html


def test_opening_hours_are_readable_for_those_who_may_not_change_them(signed_in, practitioner):
    OpeningHours.objects.create(clinic=practitioner.clinic, weekday=1, opens_at="08:15", closes_at="18:00")
    html = signed_in(practitioner).get(f"/admin/clinic/clinic/{practitioner.clinic_id}/change/").content.decode()
    assert "<td>08:15</td>" in packed(html)


def test_points_of_a_plan_are_ticks(signed_in, lead):
    html = signed_in(lead).get("/admin/courses/protocol/add/").content.decode()
    assert 'type="checkbox" name="points"' in html
