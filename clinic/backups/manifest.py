"""The manifest of a backup: its time, the version that wrote it, numbers of rows, and a checksum of each file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

FORMAT = 1
NAME = "manifest.json"
CHUNK = 1024 * 1024


class BadBackup(Exception):
    """The file is no backup, or is incomplete; the message says what is wrong."""


@dataclass(frozen=True)
class Manifest:
    """The first file in a backup."""

    taken_at: datetime
    postgres: str
    migrations: dict[str, str]
    # Rows of each table, from the same snapshot as the dump.
    tables: dict[str, int]
    # Name in the backup -> SHA-256.
    files: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """The manifest as JSON."""
        rows = {"format": FORMAT, **asdict(self), "taken_at": self.taken_at.isoformat()}
        return json.dumps(rows, indent=1, sort_keys=True)


def read_manifest(text: str) -> Manifest:
    """The manifest; BadBackup if this version cannot read it."""
    try:
        rows = json.loads(text)
        if rows.pop("format") != FORMAT:
            raise BadBackup("This backup was made by a newer version: restore it with that version.")
        return Manifest(**{**rows, "taken_at": datetime.fromisoformat(rows["taken_at"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup(f"{NAME} cannot be read: {type(error).__name__}.") from error


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
