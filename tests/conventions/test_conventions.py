"""What CLDR says of a country, what a clinic sets otherwise, and how both are written."""

from __future__ import annotations

import json
from datetime import date, datetime, time

import pytest
from django.test import RequestFactory
from django.utils import translation
from django.utils.formats import date_format, number_format

from clinic.country.conventions import at_clinic, conventions
from clinic.country.countries import countries
from clinic.country.date_order import order_in
from clinic.country.region import Region, region_override
from clinic.country.script_formats import ScriptCatalog
from clinic.country.shown import shown_clock, shown_day, shown_full_moment, shown_number, shown_rounded
from clinic.models import Clinic

AFTERNOON = datetime(2026, 12, 3, 14, 30)  # noqa: DTZ001 - nobody's time


@pytest.mark.parametrize(
    ("country", "day", "clock", "half", "weekday", "paper"),
    [
        ("US", "Dec 3, 2026", "2:30 PM", "3.5", 7, "letter"),
        ("GB", "3 Dec 2026", "14:30", "3.5", 1, "a4"),
        ("DE", "3 Dec 2026", "14:30", "3,5", 1, "a4"),
        ("CA", "Dec 3, 2026", "2:30 PM", "3.5", 7, "letter"),
        ("AU", "3 Dec 2026", "2:30 PM", "3.5", 1, "a4"),
        ("CH", "3 Dec 2026", "14:30", "3.5", 1, "a4"),
        ("", "3 Dec 2026", "14:30", "3.5", 1, "a4"),
    ],
)
def test_a_country_decides(country, day, clock, half, weekday, paper):
    with region_override(Region(country=country)):
        assert (shown_day(AFTERNOON), shown_clock(AFTERNOON), shown_number(3.5)) == (day, clock, half)
        assert (conventions().first_weekday, conventions().paper) == (weekday, paper)
        assert date_format(AFTERNOON, "DATETIME_FORMAT") == f"{day}, {clock}"
        assert number_format(3.5) == half


def test_a_clinic_may_do_otherwise():
    with region_override(Region(country="US", clock_hours=24, first_weekday=1, paper="a4")):
        assert shown_full_moment(AFTERNOON) == "Thursday, December 3, 2026, 14:30"
        assert (conventions().first_weekday, conventions().paper) == (1, "a4")
    with region_override(Region(country="DE", clock_hours=12)):
        assert shown_clock(time(0, 5)) == "12:05 AM"


@pytest.mark.parametrize("country", sorted(countries()))
def test_every_country_can_be_written_in_and_in_its_own_order(country):
    with region_override(Region(country=country)):
        for name, form in conventions().formats.items():
            assert date_format(AFTERNOON, form), name
        month_first = shown_day(AFTERNOON).startswith("Dec")
    assert month_first <= (order_in(country) in {"mdy", ""})
    assert (order_in(country) == "mdy") <= month_first


@pytest.mark.parametrize("language", ["de", "fr", "ja", "zh-hans", "es"])
def test_another_language_has_its_own_order(language):
    with translation.override(language), region_override(Region(country="DE")):
        assert all(date_format(AFTERNOON, form) for form in conventions().formats.values())


@pytest.mark.parametrize(
    ("number", "places", "words"), [(2.96, 1, "3.0"), (-0.04, 1, "0.0"), (0.05, None, "0.05"), (6.0, None, "6")]
)
def test_numbers_are_rounded_before_they_are_written(number, places, words):
    with region_override(Region(country="GB")):
        assert shown_number(number, places) == words


def test_a_whole_number_has_no_decimals():
    with region_override(Region(country="DE")):
        assert (shown_rounded(4.04), shown_rounded(4.06)) == ("4", "4,1")


def test_nothing_is_written_for_no_date():
    assert shown_day(None) == ""


def test_a_mail_in_another_clinics_page_is_written_as_its_own_clinic_does():
    us, gb = Clinic(country="US", zone="America/New_York"), Clinic(country="GB", zone="Europe/London")
    with at_clinic(us):
        with at_clinic(gb):
            assert shown_day(date(2026, 12, 3)) == "3 Dec 2026"
        assert shown_day(date(2026, 12, 3)) == "Dec 3, 2026"


def test_stock_scripts_get_the_clinics_formats():
    with region_override(Region(country="US")):
        page = ScriptCatalog.as_view(packages=["django.contrib.admin"])(RequestFactory().get("/")).content.decode()
    formats = json.loads(page.split("django.formats = ")[1].split(";\n")[0])
    assert (formats["DATE_FORMAT"], formats["FIRST_DAY_OF_WEEK"]) == ("M j, Y", 0)
