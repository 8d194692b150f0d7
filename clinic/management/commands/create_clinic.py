"""The first clinic of a real installation."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from clinic.countries import country_of_zone, emergency_number_in
from clinic.models import Clinic, Role, User
from clinic.presets import install_all
from clinic.staff import invite_member


class Command(BaseCommand):
    """Makes a clinic and invites its manager by mail."""

    help = "Make a clinic with its presets and invite its manager."

    def add_arguments(self, parser: CommandParser) -> None:
        """The clinic's name, zone and manager."""
        parser.add_argument("name")
        parser.add_argument("--zone", required=True, help="IANA time zone of a place, e.g. Europe/Berlin")
        parser.add_argument("--country", default="", help="ISO 3166 code; that of the zone where not given")
        parser.add_argument(
            "--phone", default="", help="the clinic's phone; the manager is asked for it otherwise"
        )
        parser.add_argument("--manager", required=True, metavar="EMAIL")

    @transaction.atomic
    def handle(
        self, *, name: str, zone: str, manager: str, country: str = "", phone: str = "", **_options: Any
    ) -> None:
        """Everything or nothing."""
        name = name.strip()
        try:
            validate_email(manager)
            clinic = _clinic(name, zone=zone, country=country.upper() or country_of_zone(zone), phone=phone)
            clinic.save()
            install_all(clinic)
            username = _free_username(manager)
            invite_member(
                clinic=clinic,
                username=username,
                email=manager,
                first_name="",
                last_name="",
                role=Role.MANAGER,
                at=timezone.now(),
            )
        except ValidationError as error:
            raise CommandError(_named(error)) from error
        self.stdout.write(
            f"Created clinic “{name}”. {manager} will be invited as manager by email. Username: {username}"
        )


def _clinic(name: str, *, zone: str, country: str, phone: str) -> Clinic:
    """A clinic that may be saved; a phone that was not given is asked for on its pages."""
    clinic = Clinic(name=name, slug=_free_slug(name), zone=zone, country=country, phone=phone)
    clinic.emergency_number = emergency_number_in(country)
    clinic.full_clean(exclude=[] if phone else ["phone"])
    return clinic


def _named(error: ValidationError) -> str:
    """Each message with the field it is about."""
    if not hasattr(error, "error_dict"):
        return "; ".join(error.messages)
    return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())


def _free_slug(name: str) -> str:
    """A short name that no clinic has; of any script."""
    base = slugify(name)[:50].strip("-") or "clinic"
    taken = set(Clinic.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)


def _free_username(email: str) -> str:
    """The mail's name, numbered where somebody else has it; one's own where the address is known."""
    known = User.objects.filter(email__iexact=email).first()
    if known:
        return known.username
    base = slugify(email.split("@")[0]) or "manager"
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    return next(name for name in (base, *(f"{base}{n}" for n in range(2, 10_000))) if name not in taken)
