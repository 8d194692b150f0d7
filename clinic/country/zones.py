"""Locks the clinic's time zone while times typed by its clock are saved; and the picker of zones."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from clinic.country.countries import countries, country_of_zone, is_place, place_of, zones_by_country
from clinic.models import Clinic


def hold_zone(clinic: Clinic) -> None:
    """Lock the clinic's zone until the transaction ends; ValidationError if it has changed.

    Take this lock before any other: a change of zone locks the clinic first and the bookings after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT zone FROM clinic_clinic WHERE id = %s FOR SHARE", [clinic.pk])
        row = cursor.fetchone()
    if row is not None and row[0] != clinic.zone:
        words = _("The clinic's time zone was changed to %(zone)s a moment ago. Check the time and save again.")
        raise ValidationError(words % {"zone": row[0]})


def zone_choices(country: str, *, stored: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Every zone of a place by country: the clinic's own first, after a stored one that has no place."""
    names = {code: found.name for code, found in countries().items()}
    by_country = zones_by_country()
    codes = sorted(by_country, key=lambda code: (code != country, names[code]))
    groups = [(names[code], _labelled(by_country[code])) for code in codes]
    if stored and not is_place(stored):
        groups.insert(0, (_("On file now"), [(stored, _("%(zone)s (not a place)") % {"zone": stored})]))
    return groups


def place_if_any(zone: str) -> str:
    """The current zone for an old name; otherwise the name itself."""
    found = place_of(zone)
    return found if is_place(found) and country_of_zone(zone) else zone


def country_choices() -> list[tuple[str, str]]:
    """Every country by name."""
    return sorted(((code, found.name) for code, found in countries().items()), key=lambda pair: pair[1])


def _labelled(zones: Iterable[str]) -> list[tuple[str, str]]:
    """Label by city, because people type that; the full name where two cities have the same name."""
    labels = {zone: f"{zone.rpartition('/')[2].replace('_', ' ')} ({zone})" for zone in zones}
    return sorted(labels.items(), key=lambda pair: pair[1])
