"""Makes the first clinic of a real installation."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from clinic.country.countries import countries, country_of_zone, emergency_number_in
from clinic.country.zones import place_if_any
from clinic.management.clinic_questions import Questions, refuse_same
from clinic.models import Clinic, Role, User
from clinic.models.clinic import default_languages
from clinic.people.staff import invite_member
from clinic.presets import install_all
from clinic.typed.names import BadName, clean_name


@dataclass(frozen=True)
class Invited:
    """The first manager."""

    email: str
    first_name: str
    last_name: str


class Command(BaseCommand):
    """Make a clinic and invite its manager by mail."""

    help = "Make a clinic with its presets and invite its manager. On a terminal it asks for what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """The clinic's name, country, zone, phone and manager."""
        parser.add_argument("name")
        parser.add_argument(
            "--zone",
            default="",
            help="IANA time zone of a place, e.g. Europe/Berlin; default: the country's, if it has only one",
        )
        parser.add_argument("--country", default="", help="ISO 3166 code; default: the country of the zone")
        parser.add_argument("--phone", help="the number patients call; needed by every clinic")
        parser.add_argument("--manager", default="", metavar="EMAIL", help="who is invited as the first manager")
        parser.add_argument(
            "--manager-name",
            default="",
            metavar="NAME",
            help="“Mona Maple”, or “Maple, Mona”; the manager can correct it after signing in",
        )
        parser.add_argument(
            "--language", default="", metavar="LL", help="language of the clinic's mail, one that is installed: en"
        )
        parser.add_argument(
            "--no-input", action="store_false", dest="interactive", help="ask nothing, also on a terminal"
        )

    def handle(
        self,
        *,
        name: str,
        manager: str = "",
        zone: str = "",
        country: str = "",
        phone: str | None = None,
        manager_name: str = "",
        language: str = "",
        interactive: bool = True,
        **_options: Any,
    ) -> None:
        """Make everything or nothing; all questions come before anything is written."""
        ask = Questions(is_asking=interactive and sys.stdin.isatty())
        zone = place_if_any(zone.strip())
        country = country.strip().upper() or country_of_zone(zone) or (ask.country() if not zone else "")
        zone = zone or ask.zone(country)
        language = language or ask.language()
        manager = manager.strip() or ask.email()
        refuse_same(name, owner=manager)
        manager_name = manager_name or ask.name()
        invited, languages = Invited(manager, *_names(manager_name)), _languages(language)
        phone = phone if phone is not None else ask.phone(country)
        place = {"zone": zone, "country": country, "phone": phone, "languages": languages}
        username = self._make(" ".join(name.split()), place=place, invited=invited)
        self.stdout.write(
            f"Created clinic “{name.strip()}”. {manager} will be emailed an invitation as its manager."
            f" Username: {username}"
        )
        self._tell(name, country=country, zone=zone)
        if phone is None:
            self.stderr.write(
                "It has no phone: patients see no number to call. The manager is asked for it on every page."
            )

    def _tell(self, name: str, *, country: str, zone: str) -> None:
        """What follows from the country, for the operator to compare with what was meant."""
        found = countries().get(country)
        self.stdout.write(
            f"Country: {found.name if found else country}. Time zone: {zone}. Emergency number:"
            f" {emergency_number_in(country)}. Dates, first weekday, paper and phone numbers are written as in"
            " that country. The manager can change all of it under Setup > The clinic."
        )
        if country_of_zone(zone) != country:
            self.stderr.write(f"{zone} is a time zone of another country. Check it under Setup > The clinic.")

    @transaction.atomic
    def _make(self, name: str, *, place: dict[str, Any], invited: Invited) -> str:
        """Make the clinic, its presets and its manager; returns the username."""
        try:
            validate_email(invited.email)
            clinic = _clinic(name, **place)
            clinic.save()
            install_all(clinic)
            username = _free_username(invited.email)
            invite_member(
                clinic=clinic,
                username=username,
                email=invited.email,
                first_name=invited.first_name,
                last_name=invited.last_name,
                role=Role.MANAGER,
                at=timezone.now(),
            )
        except ValidationError as error:
            raise CommandError(_named(error)) from error
        return username


def _names(typed: str) -> tuple[str, str]:
    """Given and family name: the last word is the family name, unless there is a comma."""
    family, comma, given = typed.partition(",")
    if not comma:
        given, _space, family = " ".join(typed.split()).rpartition(" ")
    try:
        return clean_name(given), clean_name(family)
    except BadName as error:
        raise CommandError(f"“{typed}” is not a name. Give --manager-name as “Mona Maple”.") from error


def _languages(code: str) -> list[str]:
    """The clinic's languages; CommandError for one that is not installed."""
    installed = dict(settings.LANGUAGES)
    if code and code.strip().lower() not in installed:
        raise CommandError(
            f"“{code}” is not a language of this installation. Give one of: {', '.join(installed)}."
        )
    return [code.strip().lower()] if code else default_languages()


def _clinic(name: str, *, zone: str, country: str, phone: str | None, languages: list[str]) -> Clinic:
    """A valid clinic; the phone stays empty if nobody could be asked, and the clinic's pages ask for it later."""
    clinic = Clinic(name=name, slug=_free_slug(name), zone=zone, country=country, phone=(phone or "").strip())
    clinic.languages = languages
    clinic.emergency_number = emergency_number_in(country)
    clinic.full_clean(exclude=["phone"] if phone is None else [])
    return clinic


def _named(error: ValidationError) -> str:
    """Each message with the name of its field."""
    if not hasattr(error, "error_dict"):
        return "; ".join(error.messages)
    return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())


def _free_slug(name: str) -> str:
    """A short name that no clinic has yet; works in any script."""
    base = slugify(name)[:50].strip("-") or "clinic"
    taken = set(Clinic.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)


def _free_username(email: str) -> str:
    """The name in the email address, numbered if it is taken; the existing username if the address is known."""
    known = User.objects.filter(email__iexact=email).first()
    if known:
        return known.username
    base = slugify(email.split("@")[0]) or "manager"
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    return next(name for name in (base, *(f"{base}{n}" for n in range(2, 10_000))) if name not in taken)
