"""Validators for a clinic's own data."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic.country.countries import country, is_place


def validate_zone(name: str) -> None:
    """Refuse a name that is not the IANA time zone of a place: a clinic has a place, and UTC has none."""
    if not is_place(name):
        raise ValidationError(
            _("“%(name)s” is not the time zone of a place. Use a name such as Europe/Berlin."),
            params={"name": name},
        )


def validate_country(code: str) -> None:
    """Refuse a code that is not a country's."""
    if country(code) is None:
        raise ValidationError(_("“%(code)s” is not a country. Use a code such as DE."), params={"code": code})
