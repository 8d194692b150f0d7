"""Sends a test mail and shows the whole SMTP conversation."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from clinic.outbox.conversation import NotSent, send_test_mail


class Command(BaseCommand):
    """Send one mail over the configured server and show the conversation. Exit code 1 if it was not accepted."""

    help = "Send a test mail to ADDRESS and show the whole conversation with the mail server."

    def add_arguments(self, parser: CommandParser) -> None:
        """The recipient."""
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *, address: str, **_options: Any) -> None:
        """Send it; needs no database."""
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(f"{address} is not a mail address.") from error
        try:
            send_test_mail(address, say=self.stdout.write)
        except NotSent as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Sent. The mail server accepted the mail for {address}.")
