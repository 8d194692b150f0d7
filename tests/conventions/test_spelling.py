"""English is spelled as in the clinic's country; the catalogue is made from one table of words."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext

from clinic.country.conventions import at_clinic
from clinic.country.spelling import respelled
from clinic.country.texts import texts_of, texts_of_python
from clinic.management.commands.spell_texts import APPS, FOLDER, catalogue_files
from clinic.models import Clinic
from patients.models import ScreeningItem
from tests import factories


def test_the_catalogue_is_what_the_texts_of_the_code_ask_for():
    stored = {name: (settings.LOCALE_PATHS[0] / FOLDER / name).read_bytes() for name in catalogue_files()}
    assert stored == catalogue_files(), "run manage.py spell_texts"


def test_texts_are_found_in_modules_and_templates():
    found = texts_of(settings.ROOT, APPS)
    assert {"licence number", "Save session"} <= found
    assert len(found) > 1500
    assert any(isinstance(text, tuple) for text in found)


def test_singular_and_plural_are_one_text():
    assert list(texts_of_python('ngettext("%(n)d day", "%(n)d days", n)')) == [("%(n)d day", "%(n)d days")]


@pytest.mark.parametrize(
    ("country", "zone", "word", "visits"),
    [
        ("US", "America/New_York", "License", "1 booking was canceled."),
        ("GB", "Europe/London", "Licence", "1 booking was cancelled."),
        ("DE", "Europe/Berlin", "Licence", "1 booking was cancelled."),
        ("CA", "America/Toronto", "Licence", "1 booking was cancelled."),
    ],
)
def test_a_word_is_spelled_as_in_the_clinics_country(country, zone, word, visits):
    with at_clinic(Clinic(country=country, zone=zone)):
        assert gettext("Licence") == word
        booked = ngettext("%(n)d booking was cancelled.", "%(n)d bookings were cancelled.", 1)
        assert booked % {"n": 1} == visits


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("Two licences", "Two licenses"),
        ("CANCELLED", "CANCELED"),
        ("Severe clotting disorder (haemophilia)", "Severe clotting disorder (hemophilia)"),
        ("a specialist on the organism", "a specialist on the organism"),
        ("enrolled by the programmer", "enrolled by the programmer"),
        ("%(licence)s of /licence/", "%(licence)s of /licence/"),
        ("towards the centre", "toward the center"),
    ],
)
def test_one_table_of_words(british, american):
    assert respelled(british) == american


@pytest.mark.django_db
def test_what_a_new_clinic_starts_with_is_spelled_as_in_its_country():
    for country, zone, word in (("US", "America/New_York", "hemophilia"), ("GB", "Europe/London", "haemophilia")):
        clinic = factories.make_clinic(f"Linden{country}", country=country, zone=zone)
        assert ScreeningItem.objects.for_clinic(clinic).filter(wording__contains=f"({word})").count() == 1
