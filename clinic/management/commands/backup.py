"""Writes one file with everything: database, documents, list of settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.backups.manifest import BadBackup
from clinic.backups.programs import ProgramFailed
from clinic.backups.write import write_backup


class Command(BaseCommand):
    """The nightly backup, run by cron."""

    help = "Write a backup: the database, the documents and a checksum of each, in one file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Target folder and encryption key."""
        parser.add_argument("--to", type=Path, default=Path("backups"), metavar="FOLDER", help="default: backups")
        parser.add_argument(
            "--recipient", default="", metavar="KEY", help="an age public key to encrypt to (age1...)"
        )

    def handle(self, *, to: Path, recipient: str, **_options: Any) -> None:
        """Write the backup, completely or not at all."""
        try:
            written = write_backup(to, recipient=recipient, at=timezone.now())
        except (BadBackup, ProgramFailed, OSError) as error:
            raise CommandError(f"No backup was written. {error}") from error
        self.stdout.write(f"{written} ({written.stat().st_size:,} bytes), checksum in {written.name}.sha256")
