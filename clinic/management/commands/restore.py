"""Restores a backup into an empty installation."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string

from clinic.backups.manifest import BadBackup, Manifest
from clinic.backups.programs import ProgramFailed
from clinic.backups.read import differing_tables, opened, restore_database, restore_documents
from clinic.backups.write import DUMP


class Command(BaseCommand):
    """Needs the owner's DATABASE_URL and an empty database; no process of Healing Curve may be running."""

    help = "Restore a backup into an empty database, and settle what may have been sent since it was taken."

    def add_arguments(self, parser: CommandParser) -> None:
        """The backup file and the key to decrypt it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the age secret key")

    def handle(self, *, file: Path, identity: Path | None, **_options: Any) -> None:
        """Check, load, compare, migrate, settle."""
        started = time.monotonic()
        try:
            with opened(file, identity=identity) as (manifest, content):
                restore_database(content / DUMP)
                self._compare(manifest)
                n_documents = restore_documents(content)
        except (BadBackup, ProgramFailed, OSError) as error:
            raise CommandError(f"Not restored. {error}") from error
        call_command("migrate", verbosity=0)
        for path in settings.AFTER_RESTORE:
            self.stdout.write(str(import_string(path)(taken_at=manifest.taken_at, at=timezone.now())))
        seconds = time.monotonic() - started
        self.stdout.write(
            f"Restored what was saved by {manifest.taken_at:%d %b %Y %H:%M} UTC in {seconds:.0f} s: "
            f"{len(manifest.tables)} tables, {sum(manifest.tables.values())} rows, {n_documents} documents."
        )

    def _compare(self, manifest: Manifest) -> None:
        differing = differing_tables(manifest)
        if differing:
            listed = "; ".join(f"{name}: {want} expected, {got} found" for name, (want, got) in differing.items())
            raise BadBackup(f"The database was loaded, but its rows differ from the backup: {listed}.")
