"""The zones and countries that are offered; and a zone that is locked while times are saved."""

from __future__ import annotations

import zoneinfo

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from clinic.country.countries import countries, country_of_zone, is_place, zones_by_country
from clinic.country.phones import validate_emergency_number
from clinic.country.zones import country_choices, hold_zone, zone_choices
from clinic.forms import ClinicForm
from clinic.models import Clinic

ALL = sorted(zoneinfo.available_timezones())
NOWHERE = [zone for zone in ALL if not country_of_zone(zone)]


def offered(country: str = "DE", stored: str = "") -> list[str]:
    return [zone for _country, zones in zone_choices(country, stored=stored) for zone, _label in zones]


class TestOffered:
    def test_every_zone_is_a_place_that_the_machine_knows(self):
        assert len(offered()) > 400
        assert all(is_place(zone) and zone in ALL for zone in offered())
        assert len(offered()) == len(set(offered()))

    def test_every_place_is_offered(self):
        assert set(offered()) == {zone for zones in zones_by_country().values() for zone in zones}

    def test_own_country_comes_first(self):
        assert zone_choices("JP")[0][1] == [("Asia/Tokyo", "Tokyo (Asia/Tokyo)")]

    def test_every_country_is_offered_by_name(self):
        assert dict(country_choices()) == {code: row.name for code, row in countries().items()}

    def test_stored_clock_is_shown_as_no_place(self):
        assert zone_choices("DE", stored="UTC")[0][1] == [("UTC", "UTC (not a place)")]


@pytest.mark.parametrize("code", sorted(countries()))
def test_every_country_has_a_number_that_can_be_dialled_and_a_zone(code):
    """Bouvet Island and Heard Island have no inhabitants and no number."""
    validate_emergency_number(countries()[code].emergency_number, region=code)
    zones = zones_by_country().get(code, ())
    assert all(zoneinfo.ZoneInfo(zone).key == zone for zone in zones)
    assert zones or code in {"BV", "HM"}


@pytest.mark.django_db
class TestRefused:
    @pytest.mark.parametrize("zone", [*NOWHERE, "Asia/Calcutta", "US/Eastern", "Mars/Olympus", ""])
    def test_on_post(self, clinic, zone):
        """Each clock without a place; old names of places are still read, but not offered."""
        values = {name: getattr(clinic, name) for name in ClinicForm.Meta.fields}
        assert set(ClinicForm({**values, "zone": zone}, instance=clinic).errors) == {"zone"}

    @pytest.mark.parametrize("zone", ["UTC", "EST5EDT"])
    def test_also_where_it_is_on_file(self, clinic, zone):
        Clinic.objects.update(zone=zone)
        clinic.refresh_from_db()
        values = {name: getattr(clinic, name) for name in ClinicForm.Meta.fields}
        assert set(ClinicForm(values, instance=clinic).errors) == {"zone"}


@pytest.mark.django_db
class TestHold:
    def test_same_zone_may_continue(self, clinic):
        with transaction.atomic():
            hold_zone(clinic)

    def test_other_zone_is_refused_and_named(self, clinic):
        Clinic.objects.update(zone="Asia/Tokyo")
        with transaction.atomic(), pytest.raises(ValidationError, match="Asia/Tokyo"):
            hold_zone(clinic)
