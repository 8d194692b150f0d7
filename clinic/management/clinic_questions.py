"""What a new clinic is asked for on a terminal, again until it is right; refused where nobody can be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email

from clinic.country.countries import countries, zones_by_country
from clinic.country.phones import validate_phone
from clinic.models import Membership, Role


@dataclass(frozen=True)
class Questions:
    """Questions to the operator; without a terminal each gives what can be known, or is refused."""

    is_asking: bool

    def country(self) -> str:
        """The code of the country the clinic is in."""
        if not self.is_asking:
            raise CommandError("Give --zone, for example Europe/Berlin, or --country, for example DE.")
        return _until_valid("Country, as a code of two letters (US, DE, GB): ", _country)

    def zone(self, country: str) -> str:
        """The country's time zone; asked for where it has several."""
        zones = zones_by_country().get(country, ())
        if len(zones) == 1:
            return zones[0]
        if not zones:
            raise CommandError(
                f"“{country}” is no country with a time zone. Give --zone, for example Europe/Berlin."
            )
        if not self.is_asking:
            raise CommandError(f"{country} has several time zones. Give one with --zone: {', '.join(zones)}.")

        def check(typed: str) -> str:
            if typed not in zones:
                raise ValidationError(f"“{typed}” is not a time zone of {country}.")
            return typed

        return _until_valid(f"Time zone, one of {', '.join(zones)}: ", check)

    def language(self) -> str:
        """The language of the clinic's mail; not asked where only one is installed."""
        codes = dict(settings.LANGUAGES)
        if not self.is_asking or len(codes) == 1:
            return ""

        def check(typed: str) -> str:
            if typed.lower() not in codes:
                raise ValidationError(f"“{typed}” is not a language of this installation.")
            return typed.lower()

        return _until_valid(f"Language of the clinic's mail, one of {', '.join(codes)}: ", check)

    def email(self) -> str:
        """Where the first manager is invited."""
        if not self.is_asking:
            raise CommandError("Give --manager, the email address of the first manager.")

        def check(typed: str) -> str:
            validate_email(typed)
            return typed

        return _until_valid("Email address of the owner, who is invited as manager: ", check)

    def name(self) -> str:
        """The owner's name; empty where nobody says it."""
        return input("Name of the owner (Mona Maple): ").strip() if self.is_asking else ""

    def phone(self, country: str) -> str | None:
        """The number patients call; None where nobody could be asked."""
        if not self.is_asking:
            return None

        def check(typed: str) -> str:
            validate_phone(typed, region=country)
            return typed

        return _until_valid(f"Phone that patients call, with the country's code [{country}]: ", check)


def refuse_same(name: str, *, owner: str) -> None:
    """CommandError where this owner has a clinic of this name: most likely the command was sent twice."""
    managed = Membership.objects.all_clinics().with_role(Role.MANAGER).filter(deactivated_at=None)
    for one in managed.filter(user__email__iexact=owner.strip()).select_related("clinic"):
        if _plain(one.clinic.name) == _plain(name):
            raise CommandError(
                f"{owner} already manages a clinic called “{one.clinic.name}” ({one.clinic.slug}). Choose another "
                f"name, or remove that one first: remove_clinic {one.clinic.slug}"
            )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _country(typed: str) -> str:
    code = typed.upper()
    if code not in countries():
        raise ValidationError(f"“{typed}” is not a country. Give its code of two letters.")
    return code


def _until_valid(question: str, check: Callable[[str], str]) -> str:
    first = question
    while True:
        try:
            return check(input(question).strip())
        except ValidationError as error:
            question = f"{' '.join(error.messages)} {first}"
