"""Restore a backup into an empty database and an empty folder of documents."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connections

from clinic.backups.manifest import NAME, BadBackup, Manifest, checksum, read_manifest
from clinic.backups.programs import major_version, run
from clinic.backups.write import DOCUMENTS, DUMP


@contextmanager
def opened(file: Path, *, identity: Path | None = None) -> Iterator[tuple[Manifest, Path]]:
    """The manifest and a folder with all files of the backup, each checked against its checksum."""
    if not file.is_file():
        raise BadBackup(f"{file} is not there.")
    with tempfile.TemporaryDirectory(prefix="healing-curve-restore-") as scratch:
        tar = _unsealed(file, Path(scratch), identity)
        content = Path(scratch) / "content"
        try:
            with tarfile.open(tar) as packed:
                packed.extractall(content, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise BadBackup(f"{file.name} is no backup, or not whole: {error}.") from error
        yield _checked(content), content


def restore_database(dump: Path) -> None:
    """Load the dump into the configured database in one transaction; refused if the database is not empty."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        if connection.introspection.table_names(cursor):
            raise BadBackup("The database is not empty. Make a new one and restore into that.")
    server = major_version(connection)
    connection.close()
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    name = str(connection.settings_dict["NAME"])
    run("pg_restore", [*options, f"--dbname={name}", str(dump)], database=connection.settings_dict, server=server)


def restore_documents(content: Path) -> int:
    """Copy the documents back. If one exists with other content, refuse before anything is written."""
    source, root = content / DOCUMENTS, Path(settings.MEDIA_ROOT)
    files = [path for path in sorted(source.rglob("*")) if path.is_file()] if source.is_dir() else []
    targets = [root / path.relative_to(source) for path in files]
    for path, target in zip(files, targets, strict=True):
        if target.exists() and checksum(target) != checksum(path):
            raise BadBackup(f"{target} is there already and is not the one in the backup. Move it away first.")
    for path, target in zip(files, targets, strict=True):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(path, target)
    return len(files)


def differing_tables(manifest: Manifest) -> dict[str, tuple[int, int]]:
    """Tables whose row count differs from the manifest: name -> (expected, found)."""
    found = {}
    with connections["default"].cursor() as cursor:
        for table, expected in manifest.tables.items():
            cursor.execute(f"SELECT count(*) FROM {connections['default'].ops.quote_name(table)}")  # noqa: S608 - a table's name
            (n_rows,) = cursor.fetchone()
            if n_rows != expected:
                found[table] = (expected, n_rows)
    return found


def _unsealed(file: Path, scratch: Path, identity: Path | None) -> Path:
    if file.suffix != ".age":
        return file
    if identity is None:
        raise BadBackup(f"{file.name} is encrypted. Name the file with the key: --identity FILE.")
    tar = scratch / "backup.tar"
    try:
        lines = [line.strip() for line in identity.read_text().splitlines()]
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
        pyrage.decrypt_file(str(file), str(tar), keys)
    except (OSError, pyrage.IdentityError, pyrage.DecryptError) as error:
        raise BadBackup(f"{file.name} cannot be decrypted with {identity}: {error}.") from error
    return tar


def _checked(content: Path) -> Manifest:
    path = content / NAME
    if not path.is_file():
        raise BadBackup(f"{NAME} is missing: this is no backup of Healing Curve.")
    manifest = read_manifest(path.read_text())
    there = {
        os.fspath(file.relative_to(content)): file
        for file in content.rglob("*")
        if file.is_file() and file != path
    }
    if DUMP not in manifest.files or set(there) != set(manifest.files):
        raise BadBackup("The files in the backup are not those that its manifest lists.")
    for name, file in there.items():
        if checksum(file) != manifest.files[name]:
            raise BadBackup(f"{name} is damaged: its checksum is not the one in the manifest.")
    return manifest
