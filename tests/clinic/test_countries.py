"""The table of countries, compared with other sources."""

from __future__ import annotations

import zoneinfo

import phonenumbers
import pytest

from clinic.country.countries import (
    countries,
    country_of_zone,
    crisis_line_in,
    emergency_number_in,
    is_place,
    zones_by_country,
)
from clinic.country.phones import dialled


def test_every_country_of_the_tz_database_has_a_row():
    assert set(countries()) >= set(zones_by_country())
    assert len(countries()) == 249


def test_emergency_numbers_are_known_to_the_phone_library_or_wait_for_sign_off():
    for code, row in countries().items():
        assert row.emergency_number.isdigit()
        assert row.emergency_source
        is_known = phonenumbers.is_emergency_number(row.emergency_number, code)
        assert is_known or row.emergency_needs_sign_off, code


@pytest.mark.parametrize(
    ("code", "number"), [("GB", "999"), ("US", "911"), ("AU", "000"), ("DE", "112"), ("JP", "119"), ("CN", "120")]
)
def test_emergency_numbers_that_everybody_knows(code, number):
    assert emergency_number_in(code) == number


def test_unknown_country_falls_back_to_what_any_phone_connects():
    assert emergency_number_in("") == "112"
    assert crisis_line_in("") is None


def test_crisis_lines_can_be_dialled_and_name_their_source():
    lines = [row.crisis_line for row in countries().values() if row.crisis_line]
    assert len(lines) > 50
    assert all(dialled(line.number) and line.name and line.source for line in lines)


def test_every_zone_is_a_place_or_an_old_name_of_one_or_a_clock():
    zones = zoneinfo.available_timezones()
    nowhere = {zone for zone in zones if not country_of_zone(zone)}
    assert {"UTC", "GMT", "Factory", "EST5EDT", "MET", "EST"} <= nowhere
    assert all("/" not in zone or zone.startswith("Etc/") for zone in nowhere)
    assert all(country_of_zone(zone) in countries() for zone in zones - nowhere)


@pytest.mark.parametrize(
    ("old", "code"), [("Asia/Calcutta", "IN"), ("US/Eastern", "US"), ("Iceland", "IS"), ("America/Virgin", "VI")]
)
def test_old_names_lie_in_the_country_they_name(old, code):
    assert country_of_zone(old) == code
    assert not is_place(old)
