"""Derive each clinic's country from its time zone; a clock that is no place leaves it empty."""

from typing import Any

from django.db import migrations

from clinic.country.countries import country_of_zone


def derive(apps: Any, _editor: Any) -> None:
    """Write the country where none stands yet."""
    for clinic in apps.get_model("clinic", "Clinic").objects.filter(country=""):
        clinic.country = country_of_zone(clinic.zone)
        clinic.save(update_fields=["country"])


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0004_clinic_country"),
    ]

    operations = [migrations.RunPython(derive, migrations.RunPython.noop, elidable=True)]
