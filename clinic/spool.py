"""Answers stored on disk while the database is down: encrypted, one file each, each taken in once.

How a file is stored, encrypted and claimed belongs here; its content belongs to those who write and read it.
File names are random: they reveal neither who answered nor what.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from clinic.health.checks import Health

SUFFIX = ".sealed"
ASIDE = "aside"
LONGEST_WAIT = timedelta(minutes=2)
# A half-written file of a dead process was never confirmed as saved.
HALF_WRITTEN_SECONDS = 3600.0


class Unreadable(Exception):
    """A file that was not encrypted here, or is damaged."""


@dataclass(frozen=True)
class Spool:
    """One folder of encrypted files."""

    name: str

    @property
    def folder(self) -> Path:
        """The folder of its files."""
        return Path(settings.SPOOL_ROOT) / self.name

    @property
    def aside(self) -> Path:
        """The folder of files that could not be taken in, for a person to look at."""
        return self.folder / ASIDE

    def keep(self, content: Mapping[str, Any]) -> None:
        """Write an encrypted file and sync it to disk; OSError if that fails."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        half, whole = self.folder / f".{name}.part", self.folder / f"{name}{SUFFIX}"
        with half.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(_keys().encrypt(json.dumps(content).encode()))
            file.flush()
            os.fsync(file.fileno())
        half.rename(whole)
        _sync(self.folder)

    def waiting(self) -> list[Path]:
        """The files that nobody has taken in, the oldest first."""
        found = [(path.stat().st_mtime, path) for path in _files(self.folder)]
        return [path for _written_at, path in sorted(found)]

    def set_aside(self) -> list[Path]:
        """The files that could not be taken in."""
        return sorted(_files(self.aside))

    def put_aside(self, path: Path) -> None:
        """Move a file out of the way of the others."""
        self.aside.mkdir(mode=0o700, exist_ok=True)
        path.rename(self.aside / path.name)

    def sweep(self) -> None:
        """Remove files that were never completely written."""
        for path in self.folder.glob(".*.part"):
            if time.time() - path.stat().st_mtime > HALF_WRITTEN_SECONDS:
                path.unlink(missing_ok=True)


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether only this process has the file now; the claim ends with the block, however the process ends."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        # Another process may have taken it in between opening and locking.
        yield path.exists()


def read(path: Path) -> dict[str, Any]:
    """The content of a file; Unreadable if none of our keys opens it."""
    try:
        content: dict[str, Any] = json.loads(_keys().decrypt(path.read_bytes()))
    except (InvalidToken, ValueError) as error:
        raise Unreadable(path.name) from error
    return content


def spool_health(*, at: datetime) -> Health:
    """Unwell while a file has waited longer than two minutes, or could not be taken in."""
    waiting, aside = _all_waiting(), _all_aside()
    if not waiting and not aside:
        return Health(True, "nothing waits")
    ages = [at.timestamp() - path.stat().st_mtime for path in waiting if path.exists()]
    oldest = max(ages, default=0.0)
    detail = f"{len(waiting)} waiting, oldest for {int(max(oldest, 0))} s, {aside} set aside"
    return Health(oldest <= LONGEST_WAIT.total_seconds() and not aside, detail)


def _all_waiting() -> list[Path]:
    root = Path(settings.SPOOL_ROOT)
    return [path for folder in root.glob("*/") if folder.is_dir() for path in _files(folder)]


def _all_aside() -> int:
    return sum(len(list(_files(folder))) for folder in Path(settings.SPOOL_ROOT).glob(f"*/{ASIDE}"))


def _files(folder: Path) -> Iterator[Path]:
    return folder.glob(f"*{SUFFIX}")


def _sync(folder: Path) -> None:
    """A new name survives a power cut only after its folder is synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keys() -> MultiFernet:
    """The newest key encrypts; older ones still decrypt."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"healing-curve spool").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
