"""The numbers patients see: required, dialable, and dialled by a tap."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from clinic.country.contact import wrong_numbers
from clinic.country.conventions import at_clinic
from clinic.country.phones import shown_phone, tel_link
from clinic.forms import ClinicForm
from clinic.models import Clinic

TEMPLATES = sorted(Path("templates").rglob("*.html"))
# A number that patients are shown.
NUMBER = re.compile(r"\b(?:clinic\.phone|emergency_number|crisis_line\.number)\b")


class TestLinks:
    @pytest.mark.parametrize(
        ("text", "link"),
        [
            ("+49 30 23125-000", "tel:+493023125000"),
            ("(020) 7946 0123", "tel:02079460123"),
            ("112", "tel:112"),
            ("٩٩٩", "tel:999"),
            ("+1 212 555 2368 ext. 12", "tel:+12125552368"),
            ("*99#", "tel:*99#"),
            ("", "tel:"),
            (None, "tel:"),
        ],
    )
    def test_number_as_written_is_dialled(self, text, link):
        assert tel_link(text) == link

    @pytest.mark.parametrize(
        ("country", "text", "shown"),
        [
            ("DE", "+49 30 23125-000", "030 23125000"),
            ("DE", "030/23125000", "030 23125000"),
            ("DE", "+1 212 555 2368", "+1 212-555-2368"),
            ("US", "+1 212 555 2368", "(212) 555-2368"),
            ("US", "212.555.2368", "(212) 555-2368"),
            ("GB", "+442079460123", "020 7946 0123"),
            ("FR", "+33123456789", "01 23 45 67 89"),
            # More than a number, less than a number, another number: as it was typed.
            ("US", "+1 212 555 2368 ext. 12", "+1 212 555 2368 ext. 12"),
            ("US", "212 555 2368 or 212 555 2369", "212 555 2368 or 212 555 2369"),
            ("US", "1-800-FLOWERS", "1-800-FLOWERS"),
            ("DE", "112", "112"),
            ("DE", "ask the desk", "ask the desk"),
            ("DE", "", ""),
            ("DE", None, ""),
        ],
    )
    def test_number_is_shown_as_the_country_writes_it(self, country, text, shown):
        with at_clinic(Clinic(country=country, zone="Europe/Berlin")):
            assert shown_phone(text) == shown

    def test_no_template_dials_a_number_as_written(self):
        """A space or a bracket in a tel: address stops some phones."""
        faults = [
            f"{path.name}: {found}"
            for path in TEMPLATES
            for found in re.findall(r'href="tel:[^"]*"', path.read_text())
            if not re.fullmatch(r'href="tel:\{\{ [\w.]+_dial \}\}"', found)
        ]
        assert faults == []

    def test_every_page_that_shows_a_number_dials_it(self):
        shown = [path for path in TEMPLATES if NUMBER.search(path.read_text())]
        assert len(shown) >= 8
        faults = {path.name: left for path in shown if (left := numbers_without_link(path.read_text()))}
        assert faults == {}


def numbers_without_link(html: str) -> set[str]:
    """Numbers that a template prints without a link that dials them."""
    printed = re.sub(r"\{% (?:if|elif|with|include) [^%]*%\}", "", html)
    printed = re.sub(r'href="[^"]*"', "", printed)
    dialled = " ".join(re.findall(r'href="(?:tel:)?\{\{ ([\w.]+(?:\|tel)?) \}\}"', html))
    dialled += " ".join(re.findall(r"link=([\w.]+\|tel)", html))
    names = {"clinic.phone": "phone", "emergency_number": "emergency", "crisis_line.number": "crisis"}
    by_alias = "number|tel" in dialled and "number=course.clinic.emergency_number" in html
    return {
        found
        for found in NUMBER.findall(printed)
        if names[found] not in dialled and not (by_alias and found == "emergency_number")
    }


def test_link_checker_finds_a_number_that_is_not_dialled():
    assert numbers_without_link("<p>{{ clinic.phone }}</p>") == {"clinic.phone"}
    assert numbers_without_link('<a href="{{ clinic.phone|tel }}">{{ clinic.phone }}</a>') == set()


class TestMissing:
    @pytest.mark.django_db
    @pytest.mark.parametrize("typed", ["", "   "])
    @pytest.mark.parametrize("field", ["phone", "emergency_number"])
    def test_settings_refuse_an_empty_number(self, clinic, field, typed):
        values = {name: getattr(clinic, name) for name in ClinicForm.Meta.fields}
        assert set(ClinicForm({**values, field: typed}, instance=clinic).errors) == {field}

    @pytest.mark.parametrize(
        ("values", "fields"),
        [
            ({}, []),
            ({"phone": ""}, ["phone"]),
            ({"phone": "ask inside"}, ["phone"]),
            ({"phone": " ", "emergency_number": ""}, ["phone", "emergency_number"]),
            ({"emergency_number": "call us"}, ["emergency_number"]),
        ],
    )
    def test_is_found_without_a_query(self, values, fields):
        numbers = {"phone": "+49 30 23125 000", "emergency_number": "112", **values}
        assert [one.field for one in wrong_numbers(Clinic(country="DE", **numbers))] == fields

    @pytest.mark.django_db
    def test_manager_sees_it_on_every_page_with_a_link_to_the_field(self, signed_in, manager, clinic):
        Clinic.objects.update(phone="")
        client = signed_in(manager)
        for name in ("admin:index", "admin:setup", "admin:clinic_membership_changelist"):
            banner = banner_of(client.get(reverse(name)))
            assert "phone number is missing" in banner.get_text()
            url = banner.find("a")["href"]
        page = BeautifulSoup(client.get(url.partition("#")[0]).content, "html.parser")
        assert page.find(id=url.partition("#")[2])["name"] == "phone"

    @pytest.mark.django_db
    @pytest.mark.parametrize("role", ["practitioner", "front_desk"])
    def test_those_who_cannot_enter_it_see_no_notice(self, signed_in, request, clinic, role):
        member = request.getfixturevalue(role)
        Clinic.objects.update(phone="")
        assert banner_of(signed_in(member).get(reverse("admin:index"))) is None

    @pytest.mark.django_db
    def test_nobody_sees_a_notice_if_nothing_is_wrong(self, signed_in, manager, clinic):
        assert banner_of(signed_in(manager).get(reverse("admin:index"))) is None


def banner_of(response):
    return BeautifulSoup(response.content, "html.parser").select_one("[data-wrong-numbers]")
