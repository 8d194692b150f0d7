"""Problems with the phone numbers that patients see, worded for the person who can correct them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.country.phones import validate_emergency_number, validate_phone
from clinic.models import Clinic


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """One wrong number: its field and the problem."""

    field: str
    words: str


def wrong_numbers(clinic: Clinic) -> list[WrongNumber]:
    """The clinic's numbers that are missing or cannot be dialled; no query."""
    checks = (
        ("phone", _("The clinic's phone number is missing. Patients see no number to call."), validate_phone),
        (
            "emergency_number",
            _("The emergency number is missing. Patients see no number to call in an emergency."),
            validate_emergency_number,
        ),
    )
    found = []
    for field, missing, validate in checks:
        number = getattr(clinic, field).strip()
        try:
            if number:
                validate(number, region=clinic.country)
            else:
                found.append(WrongNumber(field, missing))
        except ValidationError as error:
            found.append(WrongNumber(field, " ".join(error.messages)))
    return found
