"""Clinics from before countries existed."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("zone", "code"), [("Europe/Zurich", "CH"), ("US/Eastern", "US"), ("UTC", "")])
def test_country_comes_from_the_zone(zone, code):
    clinic = make_clinic("Mill", zone=zone, country="")
    import_module("clinic.migrations.0005_clinics_have_a_country").derive(apps, None)
    clinic.refresh_from_db()
    assert clinic.country == code
