"""Phone numbers as people write them, and as a phone dials them."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.country.countries import country, emergency_number_in
from clinic.country.region import current_country

_DIALLED = re.compile(r"[+*#]?[0-9*#]{2,20}")
_SHORT = 6


def dialled(text: str) -> str:
    """The number as a phone dials it: only digits, +, * and #."""
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)
    return re.sub(r"[^0-9+*#]", "", digits)


def tel_link(text: str | None) -> str:
    """A tel: link for a number as written; people dial an extension by hand."""
    number = re.split(r"(?i)\s*(?:ext|extension|x)\.?\s*\d+\s*$|[;,/]", text or "")[0]
    return f"tel:{dialled(number)}"


def shown_phone(text: str | None) -> str:
    """As the clinic's country writes it, with a country's code only from elsewhere; what is no number as typed."""
    typed, region = text or "", current_country()
    if not region or re.search(r"[^\W\d_]", typed):
        return typed
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return typed
    is_whole = re.sub(r"\D", "", dialled(typed)).endswith(str(number.national_number))
    if not is_whole or not phonenumbers.is_possible_number(number):
        # An extension, two numbers in one field.
        return typed
    is_at_home = number.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if is_at_home else form.INTERNATIONAL)


def validate_phone(text: str, *, region: str) -> None:
    """Refuse a number that cannot be dialled in the clinic's country, or internationally."""
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_not_a_phone(text, region), code="phone") from error
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(_not_a_phone(text, region), code="phone")


def validate_emergency_number(text: str, *, region: str) -> None:
    """Refuse a number that is neither an emergency number of the country nor a full phone number."""
    number = dialled(text)
    if re.search(r"[^\W\d_]", text) or not _DIALLED.fullmatch(number):
        raise ValidationError(_not_dialled(text, region), code="emergency_number")
    if len(number) > _SHORT:
        validate_phone(text, region=region)
    elif not _is_known_short(number, region):
        raise ValidationError(_not_dialled(text, region), code="emergency_number")


def _is_known_short(number: str, region: str) -> bool:
    """Whether a short number is a help line of the country; any three digits if no country is set."""
    if not region:
        return number.isdigit() and len(number) >= 3
    if number in (emergency_number_in(region), "112") or phonenumbers.is_emergency_number(number, region):
        return True
    # A short number has no country of its own, but the library needs one to look it up.
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
