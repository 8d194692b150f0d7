"""Resets a lost second factor when no lead or manager can sign in to do it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.account.two_factor import reset_two_factor
from clinic.models import Membership


class Command(BaseCommand):
    """Reset two-factor sign-in of an account; stored as an event and mailed to the person."""

    help = "Reset two-factor sign-in of USERNAME: the next sign-in needs the password alone."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose account, and why."""
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--reason", required=True)

    def handle(self, *, username: str, reason: str, **_options: Any) -> None:
        """Reset it."""
        member = Membership.objects.all_clinics().active().filter(user__username=username).first()
        if member is None:
            raise CommandError(f"Nobody named {username} works in a clinic here.")
        try:
            reset_two_factor(member, reason=reason, by=None, at=timezone.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Two-factor sign-in of {username} was reset; they will be emailed.")
