"""Phone numbers as people write them, and what a phone can dial."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.country.countries import country, emergency_number_in

_DIALLED = re.compile(r"[+*#]?[0-9*#]{2,20}")
_SHORT = 6


def dialled(text: str) -> str:
    """What a phone dials for a number as written: digits, +, * and # only."""
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)
    return re.sub(r"[^0-9+*#]", "", digits)


def tel_link(text: str | None) -> str:
    """The address that makes a phone dial a number as written; what follows an extension is dialled by hand."""
    number = re.split(r"(?i)\s*(?:ext|extension|x)\.?\s*\d+\s*$|[;,/]", text or "")[0]
    return f"tel:{dialled(number)}"


def validate_phone(text: str, *, region: str) -> None:
    """Refuse what no phone can reach in the clinic's country, or from it where the number is international."""
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_not_a_phone(text, region), code="phone") from error
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(_not_a_phone(text, region), code="phone")


def validate_emergency_number(text: str, *, region: str) -> None:
    """Refuse what is no emergency number of the country and no full phone number either."""
    number = dialled(text)
    if re.search(r"[^\W\d_]", text) or not _DIALLED.fullmatch(number):
        raise ValidationError(_not_dialled(text, region), code="emergency_number")
    if len(number) > _SHORT:
        validate_phone(text, region=region)
    elif not _is_known_short(number, region):
        raise ValidationError(_not_dialled(text, region), code="emergency_number")


def _is_known_short(number: str, region: str) -> bool:
    """Whether a short number is one that helps in the country; any of three digits where no country is set."""
    if not region:
        return number.isdigit() and len(number) >= 3
    if number in (emergency_number_in(region), "112") or phonenumbers.is_emergency_number(number, region):
        return True
    # A short number belongs to no country by itself: the library wants one to look it up under.
    code = phonenumbers.country_code_for_region(region)
    parsed = phonenumbers.PhoneNumber(country_code=code, national_number=int(number)) if number.isdigit() else None
    return (
        parsed is not None
        and not number.startswith("0")
        and phonenumbers.is_valid_short_number_for_region(parsed, region)
    )


def _not_a_phone(text: str, region: str) -> str:
    found = country(region)
    if found is None:
        return _("“%(text)s” is not a phone number. Enter it with the country's code: +44 20 7946 0123.") % {
            "text": text
        }
    example = phonenumbers.example_number(region)
    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL) if example else "+…"
    return _("“%(text)s” is not a phone number in %(country)s. Enter it as %(example)s.") % {
        "text": text,
        "country": found.name,
        "example": shown,
    }


def _not_dialled(text: str, region: str) -> str:
    found = country(region)
    if found is None:
        return _("“%(text)s” is not a number that a phone can dial. Enter digits only, for example 112.") % {
            "text": text
        }
    return _("“%(text)s” is not an emergency number in %(country)s. The usual one is %(number)s.") % {
        "text": text,
        "country": found.name,
        "number": found.emergency_number,
    }
