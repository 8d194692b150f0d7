"""Phone numbers as people write them, read by the clinic's country (`phonenumbers`)."""

from __future__ import annotations

import re

import phonenumbers

from clinic.country.countries import country_of_zone
from clinic.models import Clinic

# Characters allowed in a number; letters would be read as the keys of an old telephone.
WRITTEN = re.compile(r"\+?[\d\s().\-/‐‑–\u00a0]+(?:(?:ext\.?|x|#)\s*\d{1,6})?", re.IGNORECASE)
FEWEST_DIGITS = 3


class BadPhone(ValueError):
    """Not a phone number."""


def region_of(clinic: Clinic) -> str | None:
    """The country for numbers without a country code."""
    return clinic.country or country_of_zone(clinic.zone) or None


def parse_phone(text: str, region: str | None) -> phonenumbers.PhoneNumber:
    """The number that was typed; BadPhone if it cannot be one."""
    written = text.strip()
    if not WRITTEN.fullmatch(written):
        raise BadPhone(text)
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException as error:
        raise BadPhone(text) from error
    if not phonenumbers.is_possible_number(number):
        raise BadPhone(text)
    return number


def is_same_phone(one: str, other: str, region: str | None) -> bool:
    """Whether two notations mean the same number."""
    try:
        first, second = parse_phone(one, region), parse_phone(other, region)
    except BadPhone:
        return _digits(one) == _digits(other) != ""
    return (first.country_code, first.national_number) == (second.country_code, second.national_number)


def core_digits(text: str, region: str | None) -> str:
    """The digits that all notations of a number share, without country code and leading zeros."""
    try:
        return str(parse_phone(text, region).national_number)
    except BadPhone:
        digits = _digits(text)
        digits = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
        return digits if len(digits) >= FEWEST_DIGITS else ""


def _digits(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())
